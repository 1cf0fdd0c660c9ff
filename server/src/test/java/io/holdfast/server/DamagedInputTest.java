package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.server.gocompat.GoBase64;
import io.holdfast.server.gocompat.UrlPath;
import io.holdfast.server.http.BadEncodingException;
import io.holdfast.server.http.ContentEncoding;
import io.holdfast.server.http.ContentTypes;
import io.holdfast.server.it.Mutator;
import io.holdfast.server.routing.Route;
import io.holdfast.server.routing.Routes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xerial.snappy.SnappyFramedOutputStream;

/**
 * Whatever comes over the wire is understood or refused, with what is declared for that and nothing
 * else, in bounded time and memory. The formats of bodies have such tests beside their parsers;
 * here is what stands before them, and everything one behind the other.
 */
@Timeout(DamagedInputTest.HANG_SECONDS)
class DamagedInputTest {
  /** Ends a test that hangs; no measure of speed. */
  static final int HANG_SECONDS = 60;

  private static final int LIMIT = 1 << 16;
  private static final long FIRST = Long.getLong("holdfast.test.seed", 20_261_122L);
  private static final int CASES = 20_000;

  private static final String[] FRAMES = {
    "\0",
    "\u00ff",
    "\u0080",
    "\u007f",
    "\u001f\u008b\u0008",
    "\u00ff\u0006\0\0sNaPpY",
    "\u00ff\u00ff\u00ff",
    "\u00ff\u00ff\u00ff\u00ff\u000f",
    "\u0001",
    "\u00fe",
    "\u0000\u00ff\u00ff\u00ff"
  };
  private static final String[] PATHS = {
    "/",
    "//",
    "/../",
    "/./",
    "%",
    "%2F",
    "%zz",
    "%00",
    "%FF",
    "@base64",
    "@base64/",
    "=",
    "job",
    "/metrics",
    "/api/v1/",
    "\u00ff",
    "\u00c3\u00a4",
    "+",
    "-",
    "_",
    "\n",
    "\0",
    "__",
    "?",
    ";"
  };
  private static final List<String> TARGETS =
      List.of(
          "/metrics/job/a/b/c",
          "/metrics/job@base64/L3Zhci90bXA=/instance@base64/=",
          "/metrics/job/%C3%A4/path@base64/YS9i/c/%2F",
          "/api/v1/admin/wipe",
          "/-/ready");
  private static final List<String> METHODS = List.of("PUT", "POST", "DELETE", "GET", "OPTIONS");
  private static final String BODY =
      "# HELP m help\n# TYPE m counter\nm{a=\"b\"} 1\n".repeat(20) + "# TYPE h histogram\n";

  @Test
  void routes_ofDamagedPaths_areFound() {
    Routes routes = new Routes("/p", "/metrics", true, true, NameRule.LEGACY);
    Routes plain = new Routes("", "/metrics", false, false, NameRule.LEGACY);
    for (long seed = FIRST; seed < FIRST + CASES; seed++) {
      RandomGenerator random = random(seed);
      Mutator mutator = new Mutator(random, PATHS);
      String path = mutator.mutate(TARGETS.get(random.nextInt(TARGETS.size())));
      String method = METHODS.get(random.nextInt(METHODS.size()));
      String query = random.nextBoolean() ? null : mutator.mutate("a=b");
      try {
        assertNotNull(plain.find(method, path, query));
        assertNotNull(routes.find(method, "/p" + path, query));
        assertNotNull(plain.isApi(path) && routes.isApi(path));
      } catch (RuntimeException e) {
        fail(method + " " + path + " " + replay(seed), e);
      }
    }
  }

  /** A redirect leads to a path that is answered, and not to another redirect. */
  @Test
  void redirects_ofDamagedPaths_leadSomewhere() {
    Routes routes = new Routes("", "/metrics", false, false, NameRule.LEGACY);
    for (long seed = FIRST; seed < FIRST + CASES; seed++) {
      RandomGenerator random = random(seed);
      String path = new Mutator(random, PATHS).mutate(TARGETS.get(random.nextInt(TARGETS.size())));
      if (!path.startsWith("/")) {
        continue;
      }
      int redirects = 0;
      long number = seed;
      Route route = routes.find("PUT", path, null);
      while (route instanceof Route.Redirect redirect) {
        assertTrue(
            redirect.location().chars().allMatch(c -> c > ' ' && c < 127), redirect::location);
        assertTrue(++redirects <= 3, () -> path + " " + replay(number));
        route = routes.find("PUT", redirect.location(), null);
      }
    }
  }

  @Test
  void base64_damaged_isDecodedAsFarAsItGoes() {
    for (long seed = FIRST; seed < FIRST + CASES; seed++) {
      RandomGenerator random = random(seed);
      byte[] plain = new byte[random.nextInt(20)];
      random.nextBytes(plain);
      String encoded = Base64.getUrlEncoder().encodeToString(plain);
      assertEquals(
          new String(plain, StandardCharsets.ISO_8859_1),
          GoBase64.decode(encoded).byteString(),
          () -> encoded);

      String damaged = new Mutator(random, PATHS).mutate(encoded);
      GoBase64.Decoded decoded = GoBase64.decode(damaged);

      assertTrue(decoded.errorOffset() < damaged.length(), () -> damaged + " " + decoded);
      assertTrue(decoded.byteString().length() <= damaged.length(), () -> damaged + decoded);
    }
  }

  @Test
  void paths_decodedAndEncoded_areTheSame() {
    for (long seed = FIRST; seed < FIRST + CASES; seed++) {
      RandomGenerator random = random(seed);
      String path = new Mutator(random, PATHS).mutate(TARGETS.get(2));
      String decoded = UrlPath.decode(path);
      if (decoded != null) {
        assertEquals(decoded, UrlPath.decode(UrlPath.encode(decoded)), () -> path);
        assertEquals(UrlPath.clean(decoded), UrlPath.clean(UrlPath.clean(decoded)), () -> path);
      }
    }
  }

  @Test
  void compressed_damaged_isInflatedOrRefused() {
    for (String encoding : List.of("gzip", "snappy")) {
      byte[] whole = compress(encoding, BODY.getBytes(StandardCharsets.UTF_8));
      for (long seed = FIRST; seed < FIRST + CASES / 2; seed++) {
        byte[] damaged = new Mutator(random(seed), FRAMES).mutate(whole);
        long number = seed;
        try {
          byte[] inflated =
              ContentEncoding.decode(
                  encoding, damaged, new ContentEncoding.Bounds(LIMIT, bytes -> true, () -> {}));
          assertTrue(inflated.length <= LIMIT, () -> replay(number));
          understand(inflated);
        } catch (BadEncodingException refused) {
          assertTrue(!refused.reason().isEmpty(), () -> replay(number));
        } catch (RuntimeException | OutOfMemoryError e) {
          fail(encoding + " " + HexFormat.of().formatHex(damaged) + " " + replay(seed), e);
        }
      }
    }
  }

  /** Neither parser knows which of them is right for what was inflated. */
  private static void understand(byte[] body) {
    try {
      assertNotNull(TextParser.parse(body, NameRule.UTF8));
    } catch (ParseException refused) {
      assertTrue(refused.line() > 0);
    }
    try {
      assertNotNull(DelimitedParser.parse(body));
    } catch (ParseException refused) {
      assertEquals(0, refused.line());
    }
  }

  @Test
  void headers_damaged_areReadAsFarAsTheyGo() {
    String type =
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    String[] words = {
      ";", "=", "\"", "\\", ",", "q=", "q=0.5", "*", "/", " ", "\t", "\u00ff", "\0"
    };
    for (long seed = FIRST; seed < FIRST + CASES; seed++) {
      Mutator mutator = new Mutator(random(seed), words);
      String contentType = mutator.mutate(type);
      String accept = mutator.mutate("gzip;q=0.5, identity; q=0.1, *;q=0");
      try {
        if (ContentTypes.isDelimitedProtobuf(contentType)) {
          assertTrue(contentType.contains("MetricFamily"), contentType);
        }
        assertNotNull(ContentEncoding.acceptsGzip(accept));
      } catch (RuntimeException e) {
        fail(contentType + " | " + accept + " " + replay(seed), e);
      }
    }
  }

  private static byte[] compress(String encoding, byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        encoding.equals("gzip")
            ? new GZIPOutputStream(bytes)
            : new SnappyFramedOutputStream(bytes)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private static String replay(long seed) {
    return "replay as the first case with -Dholdfast.test.seed=" + seed;
  }
}
