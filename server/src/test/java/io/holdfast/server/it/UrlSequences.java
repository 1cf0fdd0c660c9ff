package io.holdfast.server.it;

import static io.holdfast.server.it.Step.delete;
import static io.holdfast.server.it.Step.post;
import static io.holdfast.server.it.Step.put;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which group a path names: base64, escapes, empty and repeated labels, and paths that are refused.
 */
final class UrlSequences {
  private static final String BODY = "m 1\n";

  private UrlSequences() {}

  static List<Sequence> all() {
    return Stream.of(labels(), base64(), badBase64(), escapes(), cleaned(), deletes())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> labels() {
    return List.of(
        pushTo("/metrics/job/a"),
        pushTo("/metrics/job/a/"),
        pushTo("/metrics/job/a/b"),
        pushTo("/metrics/job/a/b/"),
        pushTo("/metrics/job/a/b/c"),
        pushTo("/metrics/job/a/b/c/"),
        pushTo("/metrics/job/a/b/c/d"),
        pushTo("/metrics/job/a/b/c/d/"),
        pushTo("/metrics/job/a/b/c/d/e"),
        pushTo("/metrics/job/a/instance/i"),
        pushTo("/metrics/job/a/instance/"),
        pushTo("/metrics/job/a/b/c/b/d"),
        pushTo("/metrics/job/a/b/c/b@base64/ZA"),
        pushTo("/metrics/job/a/job/b"),
        pushTo("/metrics/job/a/job@base64/Yg"),
        pushTo("/metrics/job@base64/YQ/job/b"),
        pushTo("/metrics/job/a/__name__/x"),
        pushTo("/metrics/job/a/__x/y"),
        pushTo("/metrics/job/a/_x/y"),
        pushTo("/metrics/job/a/__x@base64/eQ"),
        pushTo("/metrics/job/a/1b/c"),
        pushTo("/metrics/job/a/b-c/d"),
        pushTo("/metrics/job/a/b:c/d"),
        pushTo("/metrics/job/a/b.c/d"),
        pushTo("/metrics/job/a/b@/c"),
        pushTo("/metrics/job/a/@base64/Yg"),
        pushTo("/metrics/job/a/b@base64@base64/Yg"),
        pushTo("/metrics/job/a/b@BASE64/Yg"),
        pushTo("/metrics/job/a/le/0.5"),
        pushTo("/metrics/job/a/quantile/0.5"),
        pushTo("/metrics/job/a/B/c/b/C"),
        pushTo("/metrics/job/a/z/1/y/2/x/3"),
        pushTo("/metrics/job/" + "long".repeat(500)),
        pushTo("/metrics/job/a" + "/b/c".repeat(100)),
        Sequence.of(
            "two orders of labels are one group",
            put("/metrics/job/a/x/1/y/2", "m 1\n"),
            post("/metrics/job/a/y/2/x/1", "n 2\n")));
  }

  private static List<Sequence> base64() {
    return List.of(
        pushTo("/metrics/job@base64/YWJj"),
        pushTo("/metrics/job@base64/YQ"),
        pushTo("/metrics/job@base64/YQ="),
        pushTo("/metrics/job@base64/YQ=="),
        pushTo("/metrics/job@base64/YQ====="),
        pushTo("/metrics/job@base64/YQ%3D%3D"),
        pushTo("/metrics/job@base64/YR"),
        pushTo("/metrics/job@base64/YSB_Yi1j"),
        pushTo("/metrics/job@base64/w6TDtsO8"),
        pushTo("/metrics/job@base64/L3Zhci90bXA"),
        pushTo("/metrics/job@base64/Y%0AQ"),
        pushTo("/metrics/job@base64/Y%0D%0AQ%0A"),
        pushTo("/metrics/job/a/path@base64/L3Zhci90bXA="),
        pushTo("/metrics/job/a/path@base64/="),
        pushTo("/metrics/job/a/path@base64/"),
        pushTo("/metrics/job/a/path@base64/==="),
        pushTo("/metrics/job/a/path@base64/Cg"),
        pushTo("/metrics/job/a/path@base64/ICA"),
        pushTo("/metrics/job/a/path@base64/Ilwi"),
        pushTo("/metrics/job/a/instance@base64/="),
        pushTo("/metrics/job%40base64/YQ"),
        pushTo("/metrics/job/a/b%40base64/YQ"),
        pushTo("/metrics/job/YQ@base64"));
  }

  private static List<Sequence> badBase64() {
    return List.of(
        pushTo("/metrics/job@base64/="),
        badJob("PUT", "Y"),
        badJob("PUT", "YQ=YQ"),
        badJob("PUT", "=YQ"),
        badJob("PUT", "Y+Q"),
        badJob("PUT", "%2B%2B"),
        badJob("PUT", "Y%20Q"),
        badJob("PUT", "Y*Q"),
        badJob("POST", "Y"),
        badJob("DELETE", "Y"),
        pushTo("/metrics/job/a/b@base64/Y"),
        pushTo("/metrics/job/a/b@base64/YQ=Y"),
        pushTo("/metrics/job/a/b@base64/Y!"),
        pushTo("/metrics/job/a/b@base64/%C3%A4"),
        notUtf8("/metrics/job@base64/_w"),
        notUtf8("/metrics/job/a/b@base64/_w"),
        notUtf8("/metrics/job/%FF"));
  }

  private static List<Sequence> escapes() {
    return List.of(
        pushTo("/metrics/job/a%20b"),
        pushTo("/metrics/job/a+b"),
        pushTo("/metrics/job/a%2Bb"),
        pushTo("/metrics/job/%C3%A4"),
        pushTo("/metrics/job/\u00c3\u00a4"),
        pushTo("/metrics/job/a;b"),
        pushTo("/metrics/job/a;b=c/d/e;f"),
        pushTo("/metrics/job/a%3Bb"),
        pushTo("/metrics/job/a%25b"),
        pushTo("/metrics/job/a%2525"),
        pushTo("/metrics/job/a%5Cb"),
        pushTo("/metrics/job/a\\b"),
        pushTo("/metrics/job/a%22b"),
        pushTo("/metrics/job/a%0Ab"),
        pushTo("/metrics/job/a%00b")
            .insteadBecause("Jetty reads no path with a NUL in it", List.of(400)),
        pushTo("/metrics/job/a%2Fb/c"),
        pushTo("/metrics/job/a%2fb"),
        pushTo("/metrics/job/a/b/c%2Fd/e"),
        pushTo("/metrics/job/a/b/c%2Fd"),
        pushTo("/metrics%2Fjob%2Fa"),
        pushTo("/metrics/%6Aob/a"),
        pushTo("/metrics/job/a/%62/c"),
        pushTo("/metrics/job/a%3Fb"),
        pushTo("/metrics/job/a?b=c"),
        pushTo("/metrics/job/a?"),
        pushTo("/metrics/job/a?;%zz"),
        pushTo("/metrics/job/a%23b"),
        pushTo("/metrics/job/a#b"),
        pushTo("/metrics/job/a#b/c#d?e=f"),
        pushTo("/metrics/job/a?b=c#d"),
        pushTo("/metrics/job//a?b=c#d"),
        pushTo("/metrics/job/a/b//#c?d"),
        pushTo("/metrics/job/a%zz"),
        pushTo("/metrics/job/a%2"),
        pushTo("/metrics/job/a%"),
        pushTo("/metrics/job/a:b@c,d&e=f$g!h*i'j(k)"),
        pushTo("/metrics/job/a~b|c^d[e]{f}`g"),
        pushTo("http://example.org/metrics/job/a/b/c"));
  }

  private static List<Sequence> cleaned() {
    return List.of(
        pushTo("//metrics/job/a"),
        pushTo("/metrics//job/a"),
        pushTo("/metrics/job//a"),
        pushTo("/metrics/job/a//"),
        pushTo("/metrics/job/a//b"),
        pushTo("/metrics/job/a/b//c/d"),
        pushTo("/metrics/job/a%2F%2Fb"),
        pushTo("/metrics/job/a/./b"),
        pushTo("/metrics/job/./a"),
        pushTo("/metrics/job/."),
        pushTo("/metrics/job/.."),
        pushTo("/metrics/job/a/.."),
        pushTo("/metrics/job/a/b/../c"),
        pushTo("/metrics/job/a/b/%2e%2e/c"),
        pushTo("/metrics/job/a/b/%2E/c"),
        pushTo("/metrics/../../job/a")
            .insteadBecause("Jetty reads no path that leaves the root", List.of(400)),
        pushTo("/metrics/job/a/b/..."),
        pushTo("/metrics/job/.a/b./c.d"),
        pushTo("/metrics/job//a?b=c"),
        pushTo("/metrics/job/"),
        pushTo("/metrics/job"),
        pushTo("/metrics/job@base64/"),
        pushTo("/metrics/job@base64"),
        pushTo("/metrics/"),
        pushTo("/metrics"),
        pushTo("/METRICS/job/a"),
        pushTo("/metrics/JOB/a"),
        pushTo("/metrics/Job@base64/YQ"),
        pushTo("/metrics/jobs/a"),
        pushTo("/metrics/job@base6/a"),
        pushTo("/metrics/instance/i/job/a"));
  }

  private static List<Sequence> deletes() {
    return List.of(
        deleteAt("/metrics/job/a"),
        deleteAt("/metrics/job/a/"),
        deleteAt("/metrics/job@base64/YQ=="),
        deleteAt("/metrics/job/a/b"),
        deleteAt("/metrics/job/a/b/c"),
        deleteAt("/metrics/job/a/b@base64/Yw"),
        deleteAt("/metrics/job/a/b@base64/Y"),
        deleteAt("/metrics/job/a%2Fb/c"),
        deleteAt("/metrics/job/a/__b/c"),
        deleteAt("/metrics/job/nothing"),
        deleteAt("/metrics/job//a"),
        deleteAt("/metrics/job/"),
        deleteAt("/metrics/job"),
        deleteAt("/metrics/job/a/../b"));
  }

  private static Sequence pushTo(String target) {
    return Sequence.of("PUT " + target, put(target, BODY));
  }

  private static Sequence badJob(String method, String base64) {
    String target = "/metrics/job@base64/" + base64;
    byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
    return Sequence.of(method + " " + target, Step.request(method, target).withBody(body))
        .insteadBecause("1.5.1 holds a lock after this and answers no more", List.of(400));
  }

  private static Sequence notUtf8(String target) {
    return pushTo(target)
        .insteadBecause("The real one's push times fail every scrape from now on", List.of(400));
  }

  private static Sequence deleteAt(String target) {
    return Sequence.of(
        "DELETE " + target,
        put("/metrics/job/a", BODY),
        put("/metrics/job/a/b/c", BODY),
        delete(target));
  }
}
