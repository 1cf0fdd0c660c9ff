package io.holdfast.server.it;

import java.util.ArrayList;
import java.util.List;

/**
 * Requests whose end may be seen in two places. Between the two stands a second request, for {@code
 * /poison}, or the beginning of one that would swallow what another client sends next.
 */
final class SmuggledRequests {
  private static final String PATH = "/metrics/job/smuggled";
  private static final String POISON = "GET /poison HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String HALF_POISON = "GET /poison HTTP/1.1\r\nX: ";

  private static final List<String> CODING_NAMES =
      List.of(
          "Transfer-Encoding",
          "transfer-encoding",
          "TRANSFER-ENCODING",
          "Transfer-Encoding ",
          "Transfer-Encoding\t",
          " Transfer-Encoding",
          "Transfer_Encoding",
          "Transfer-Encoding\0",
          "Transfer-Encoding\013",
          "\u00a0Transfer-Encoding",
          "X: y\rTransfer-Encoding",
          "X: y\nTransfer-Encoding",
          "X: y\r\rTransfer-Encoding",
          "X: y\r\n Transfer-Encoding",
          "X: y\r\n\tTransfer-Encoding",
          "X: y\r\n\r Transfer-Encoding",
          "X: \0\r\nTransfer-Encoding",
          "X\r\nTransfer-Encoding",
          ": x\r\nTransfer-Encoding",
          "X: y\r\n: z\r\nTransfer-Encoding");

  private static final List<String> CODING_VALUES =
      List.of(
          "Chunked",
          "CHUNKED",
          "\tchunked",
          "chunked ",
          "chunked\t",
          "\013chunked",
          "chunked\013",
          "\0chunked",
          "chunked\0",
          "\u00a0chunked",
          "xchunked",
          "chunkedx",
          "identity",
          "chunked, identity",
          "identity, chunked",
          "gzip, chunked",
          "chunked, chunked",
          "\"chunked\"",
          "chunked;q=1",
          ",chunked",
          "chunked,",
          "\r\n chunked",
          "chunked\r\n ",
          "chunked\r\n x",
          "x\r\n chunked",
          "chunked\r\n: x",
          "");

  /** Of a length, where N is the right one. */
  private static final List<String> LENGTHS =
      List.of(
          "+N",
          "-N",
          "0N",
          "000N",
          "N ",
          "N\t",
          "0xN",
          "N.0",
          "N,N",
          "N, N",
          "N, 0",
          "0, N",
          "",
          "N N",
          "\013N",
          "N\0",
          "9999999999999999999",
          "1eN",
          "N;x",
          "\"N\"",
          "\r\n N",
          "N\r\n ",
          "N\r\n 0",
          "0\r\n N",
          "N\r\n: 0",
          "\u00a0N");

  /** Of a chunk that is four bytes long. */
  private static final List<String> CHUNKS =
      List.of(
          "0x4",
          "4 ",
          "4\t",
          "+4",
          "-4",
          "04",
          "0000000000000004",
          "FFFFFFFFFFFFFFFF4",
          "4;x",
          "4;x=\"",
          "4;x=\"\r",
          "4 ;x",
          "4;\0",
          "4\013",
          "4,",
          "4.0",
          "4\r",
          "g",
          "");

  private SmuggledRequests() {}

  /**
   * One of them.
   *
   * @param isAmbiguous whether a server that answers the second request, too, reads it otherwise
   *     than some other server may
   */
  record Variant(String bytes, boolean isAmbiguous) {
    /** In one line. */
    @Override
    public String toString() {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < bytes.length(); i++) {
        char c = bytes.charAt(i);
        line.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : "\\x%02x".formatted((int) c));
      }
      return line.toString();
    }
  }

  static List<Variant> all() {
    List<Variant> all = new ArrayList<>();
    for (String poison : List.of(POISON, HALF_POISON)) {
      for (String name : CODING_NAMES) {
        addCoded(all, name + ": chunked", poison);
      }
      for (String value : CODING_VALUES) {
        addCoded(all, "Transfer-Encoding: " + value, poison);
      }
    }
    addLengths(all);
    addOrders(all);
    addChunks(all);
    addTargetsAndVersions(all);
    return all;
  }

  /** With a length that ends behind the poison, and with one that ends before it. */
  private static void addCoded(List<Variant> all, String coding, String poison) {
    String behind = "0\r\n\r\n" + poison;
    all.add(coded("Content-Length: " + behind.length() + "\r\n" + coding, behind));
    all.add(coded(coding + "\r\nContent-Length: " + behind.length(), behind));
    // A chunk that holds it, of which the length is the first line.
    String size = Integer.toHexString(poison.length());
    String within = size + "\r\n" + poison + "\r\n0\r\n\r\n";
    all.add(coded(coding + "\r\nContent-Length: " + (size.length() + 2), within));
  }

  /** A name that is another one to every server is not ambiguous, nor is a field's folded end. */
  private static Variant coded(String fields, String body) {
    boolean isOther = fields.contains("Transfer_") || fields.contains("X: y\r\n");
    return new Variant(head("POST " + PATH + " HTTP/1.1", fields) + body, !isOther);
  }

  private static void addLengths(List<Variant> all) {
    for (String length : LENGTHS) {
      String fields = "Content-Length: " + length.replace("N", "" + POISON.length());
      all.add(new Variant(head("POST " + PATH + " HTTP/1.1", fields) + POISON, true));
    }
  }

  private static void addOrders(List<Variant> all) {
    String behind = "0\r\n\r\n" + POISON;
    String length = "Content-Length: " + behind.length();
    String none = "Content-Length: 0";
    String coding = "Transfer-Encoding: chunked";
    for (List<String> fields :
        List.of(
            List.of(length, length),
            List.of(length, none),
            List.of(none, length),
            List.of(length, coding, length),
            List.of(coding, length, coding),
            List.of(coding, coding),
            List.of(coding, none, length),
            List.of(length, "Connection: Content-Length"),
            List.of(coding, length, "Connection: Transfer-Encoding"),
            List.of(coding, length, "Connection: keep-alive"),
            List.of(coding, "Transfer-Encoding: identity", length),
            List.of("Transfer-Encoding: identity", coding, length),
            List.of("Transfer-Encoding: gzip", coding, length),
            List.of("Host: b", length))) {
      String joined = String.join("\r\n", fields);
      for (String method : List.of("POST", "GET", "DELETE", "OPTIONS")) {
        all.add(new Variant(head(method + " " + PATH + " HTTP/1.1", joined) + behind, true));
      }
    }
  }

  private static void addChunks(List<Variant> all) {
    String head = head("POST " + PATH + " HTTP/1.1", "Transfer-Encoding: chunked");
    for (String size : CHUNKS) {
      all.add(new Variant(head + size + "\r\nm 1\n\r\n0\r\n\r\n", true));
      all.add(new Variant(head + "0" + size + "\r\n\r\n" + HALF_POISON, false));
    }
    for (String body :
        List.of(
            "4\nm 1\n\n0\n\n",
            "4\rm 1\n\r0\r\r",
            "4\r\nm 1\n0\r\n\r\n",
            "4\r\nm 1\nxx0\r\n\r\n",
            "4\r\nm 1\n\r\n0\r\n\n",
            "4\r\nm 1\n\r\n0\n\r\n",
            "0\r\nContent-Length: 99\r\n\r\n",
            "0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "0\r\nHost: b\r\n\r\n",
            "0\r\nX: y\r\n folded\r\n\r\n",
            "0\r\n folded\r\n\r\n",
            "0\r\nX: \0\r\n\r\n",
            "0\r\nX\r\n\r\n",
            "0\r\nX: y\n\n",
            "4;\r\nm 1\n\r\n0;x\r\n\r\n",
            "4;x=\"\r\n0\r\n\r\n" + POISON,
            "00000000000000000000000\r\n\r\n")) {
      all.add(new Variant(head + body, false));
    }
  }

  private static void addTargetsAndVersions(List<Variant> all) {
    String behind = "0\r\n\r\n" + POISON;
    String both = "Transfer-Encoding: chunked\r\nContent-Length: " + behind.length();
    for (String line :
        List.of(
            "POST http://a" + PATH + " HTTP/1.1",
            "POST http://b" + PATH + " HTTP/1.1",
            "POST  " + PATH + "  HTTP/1.1",
            "POST\t" + PATH + "\tHTTP/1.1",
            "POST " + PATH + "\r HTTP/1.1",
            "POST " + PATH + "\0 HTTP/1.1",
            "POST " + PATH + " HTTP/1.0",
            "POST " + PATH + " HTTP/0.9",
            "POST " + PATH + " HTTP/1.2",
            "POST " + PATH + " HTTP/2.0",
            "POST " + PATH + " http/1.1",
            "POST " + PATH + " HTTP/1.1 ",
            "POST " + PATH + " HTTP/01.1",
            "POST " + PATH,
            "post " + PATH + " HTTP/1.1",
            "CONNECT a:1 HTTP/1.1",
            "PRI * HTTP/2.0",
            "\r\n\r\nPOST " + PATH + " HTTP/1.1")) {
      all.add(new Variant(head(line, both), true));
      all.add(new Variant(head(line, both) + behind, true));
      all.add(new Variant(head(line, both + "\r\nConnection: keep-alive") + behind, true));
    }
    all.add(new Variant(" X: y\r\n" + head("POST " + PATH + " HTTP/1.1", both) + behind, true));
  }

  private static String head(String line, String fields) {
    return line + "\r\nHost: a\r\n" + fields + "\r\n\r\n";
  }
}
