package io.holdfast.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.server.config.Limit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CancellationException;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.SnappyFramedOutputStream;

class ContentEncodingTest {
  private static final int LIMIT = 1 << 20;
  private static final byte[] TEXT = "some_metric 3.14\n".repeat(1000).getBytes(UTF_8);

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZip"})
  void decode_gzip(String header) throws Exception {
    assertArrayEquals(TEXT, ContentEncoding.decode(header, gzip(TEXT), upTo(LIMIT)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "SNAPPY"})
  void decode_snappy(String header) throws Exception {
    assertArrayEquals(TEXT, ContentEncoding.decode(header, snappy(TEXT), upTo(LIMIT)));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "identity", "gzip, identity", "x-gzip", "deflate"})
  void decode_anythingElse_isTheBodyItself(String header) throws Exception {
    byte[] body = gzip(TEXT);
    assertSame(body, ContentEncoding.decode(header, body, upTo(1)));
  }

  @Test
  void decode_gzipOfSeveralMembers_areJoined() throws Exception {
    byte[] body = concat(gzip(TEXT), gzip(new byte[0]), gzip("end".getBytes(UTF_8)));

    assertArrayEquals(
        concat(TEXT, "end".getBytes(UTF_8)), ContentEncoding.decode("gzip", body, upTo(LIMIT)));
  }

  @Test
  void decode_gzipWithAllHeaderFields() throws Exception {
    byte[] plain = gzip("x".getBytes(UTF_8));
    byte[] start = Arrays.copyOf(plain, 10);
    start[3] = 2 | 4 | 8 | 16;
    byte[] header = concat(start, new byte[] {2, 0, 9, 9}, "name\0comment\0".getBytes(UTF_8));
    CRC32 crc = new CRC32();
    crc.update(header);
    byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
    byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);

    assertEquals(
        "x",
        new String(
            ContentEncoding.decode("gzip", concat(header, check, rest), upTo(LIMIT)), UTF_8));
    check[0]++;
    assertMalformed("gzip: invalid header", "gzip", concat(header, check, rest));
  }

  @Test
  void decode_emptyGzip_isMalformed() {
    assertMalformed("EOF", "gzip", new byte[0]);
  }

  @Test
  void decode_emptySnappy_isEmpty() throws Exception {
    assertEquals(0, ContentEncoding.decode("snappy", new byte[0], upTo(LIMIT)).length);
  }

  @Test
  void decode_bytesBehindGzip_isMalformed() throws Exception {
    assertMalformed("unexpected EOF", "gzip", concat(gzip(TEXT), new byte[] {0}));
    assertMalformed("gzip: invalid header", "gzip", concat(gzip(TEXT), new byte[20]));
  }

  @Test
  void decode_notGzip_isMalformed() {
    assertMalformed("gzip: invalid header", "gzip", TEXT);
  }

  @Test
  void decode_damagedGzip_isMalformed() throws Exception {
    byte[] badChecksum = gzip(TEXT);
    badChecksum[badChecksum.length - 8]++;
    assertMalformed("gzip: invalid checksum", "gzip", badChecksum);

    byte[] badData = gzip(TEXT);
    badData[10] = (byte) 0xff;
    assertMalformed("gzip: corrupt input", "gzip", badData);
  }

  @Test
  void decode_gzipCutOffAnywhere_isMalformed() throws Exception {
    byte[] body = gzip(TEXT);
    for (int length = 1; length < body.length; length++) {
      assertMalformed("unexpected EOF", "gzip", Arrays.copyOf(body, length));
    }
  }

  @Test
  void decode_damagedSnappy_isMalformed() throws Exception {
    byte[] body = snappy(TEXT);
    String reason = "snappy: corrupt input (expected: framed snappy)";
    assertMalformed(reason, "snappy", TEXT);
    assertMalformed(reason, "snappy", Arrays.copyOf(body, body.length - 1));
    assertMalformed(reason, "snappy", Arrays.copyOf(body, 5));
    body[15]++;
    assertMalformed(reason, "snappy", body);
  }

  @Test
  void decode_snappyWithAnEmptyChunk_isTheRest() throws Exception {
    byte[] body = snappy(TEXT);
    byte[] withEmpty = new byte[body.length + 8];
    System.arraycopy(body, 0, withEmpty, 0, 10);
    // Uncompressed, four bytes: the masked checksum of nothing.
    System.arraycopy(HexFormat.of().parseHex("01040000d8ea82a2"), 0, withEmpty, 10, 8);
    System.arraycopy(body, 10, withEmpty, 18, body.length - 10);
    assertArrayEquals(TEXT, ContentEncoding.decode("snappy", withEmpty, upTo(LIMIT)));
  }

  @Test
  void decode_snappyChunkThatAnnouncesMore_isRefusedBeforeItTakesMemory() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(HexFormat.of().parseHex("ff060000734e61507059"));
    // Compressed, nine bytes: a checksum, and a length of 64 MiB.
    body.writeBytes(HexFormat.of().parseHex("0009000000000000808080200000"));
    assertMalformed(
        "snappy: corrupt input (expected: framed snappy)", "snappy", body.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy"})
  void decode_moreThanTheLimit_isTooLarge(String header) throws Exception {
    byte[] body = header.equals("gzip") ? gzip(TEXT) : snappy(TEXT);

    assertArrayEquals(TEXT, ContentEncoding.decode(header, body, upTo(TEXT.length)));
    var e =
        assertThrows(
            BadEncodingException.class,
            () -> ContentEncoding.decode(header, body, upTo(TEXT.length - 1)));
    assertEquals(Limit.INFLATED_SIZE, e.limit());
    assertEquals("body: too large after decompression (expected: at most 16999 bytes)", e.reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy"})
  void decode_goesNoFurtherThanTheStepThatEndsIt(String header) throws Exception {
    byte[] large = new byte[4 << 20];
    byte[] body = header.equals("gzip") ? gzip(large) : snappy(large);
    int[] steps = new int[1];
    Runnable step =
        () -> {
          steps[0]++;
          if (steps[0] == 5) {
            throw new CancellationException();
          }
        };

    assertThrows(
        CancellationException.class,
        () ->
            ContentEncoding.decode(
                header, body, new ContentEncoding.Bounds(large.length, bytes -> true, step)));

    assertEquals(5, steps[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy"})
  void decode_large_asksForRoomFirst(String header) throws Exception {
    byte[] large = new byte[200_000];
    byte[] body = header.equals("gzip") ? gzip(large) : snappy(large);
    int most = large.length;

    assertArrayEquals(
        large,
        ContentEncoding.decode(
            header,
            body,
            new ContentEncoding.Bounds(most, bytes -> bytes == large.length, () -> {})));
    var e =
        assertThrows(
            BadEncodingException.class,
            () ->
                ContentEncoding.decode(
                    header, body, new ContentEncoding.Bounds(most, bytes -> false, () -> {})));
    assertEquals(Limit.BYTES_IN_FLIGHT, e.limit());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip | true",
        "gzip, deflate, br | true",
        "deflate , gzip | true",
        "gzip;q=0.5 | true",
        "gzip; q=1.0, identity; q=0.5, *;q=0 | true",
        "identity;q=0.5, *;q=0.9 | false",
        "identity;q=0.5, gzip;q=0.9 | true",
        "'' | false",
        "* | false",
        "*;q=0 | false",
        "gzip;q=0 | false",
        "gzip, identity | false",
        "gzip;q=0.5, identity;q=0.6 | false",
        "GZIP | false",
        "deflate | false",
        "deflate;x=1, gzip | false",
        "deflate;q=2, gzip | false",
        "@, gzip | false",
        "gzip, @ | true",
      })
  void acceptsGzip(String header, boolean expected) {
    assertEquals(expected, ContentEncoding.acceptsGzip(header));
  }

  @Test
  void acceptsGzip_withoutHeader_no() {
    assertFalse(ContentEncoding.acceptsGzip(null));
  }

  private static void assertMalformed(String reason, String header, byte[] body) {
    var e =
        assertThrows(
            BadEncodingException.class, () -> ContentEncoding.decode(header, body, upTo(LIMIT)));
    assertEquals(reason, e.reason());
    assertNull(e.limit());
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] snappy(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SnappyFramedOutputStream out = new SnappyFramedOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private static ContentEncoding.Bounds upTo(int bytes) {
    return new ContentEncoding.Bounds(bytes, any -> true, () -> {});
  }
}
