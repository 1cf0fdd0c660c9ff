package io.holdfast.server.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.holdfast.proto.NameRule;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RoutesTest {
  private static final String NOT_FOUND = "404";
  private static final Routes PLAIN = new Routes("", "/metrics", false, false, NameRule.LEGACY);
  private static final Routes PREFIXED = new Routes("/p", "/m", true, true, NameRule.LEGACY);
  private static final Routes UTF8 = new Routes("", "/metrics", false, false, NameRule.UTF8);

  // Request line -> outcome in the notation of describe.

  static Stream<String[]> groups() {
    return Stream.of(
        row("PUT /metrics/job/a", "put {job=a}"),
        row("POST /metrics/job/a", "post {job=a}"),
        row("DELETE /metrics/job/a", "delete {job=a}"),
        row("PUT /metrics/job/a/", "put {job=a}"),
        row("PUT /metrics/job/a/b/", "put {b=, job=a}"),
        row("PUT /metrics/job/a/b/c", "put {b=c, job=a}"),
        row("PUT /metrics/job/a/b/c/job/x", "put {b=c, job=a}"),
        row("PUT /metrics/job/a/b/c/b/d", "put {b=d, job=a}"),
        row("PUT /metrics/job/a%2Fb/c", "put {b=c, job=a}"),
        row("PUT /metrics/job/a+b;c%25%5C%3F", "put {job=a+b;c%\\?}"),
        row("PUT /metrics/job/a;x=1/b/c;d,e", "put {b=c;d,e, job=a;x=1}"),
        row("PUT /metrics/job/%C3%A9/b/\u00e9", "put {b=\u00e9, job=\u00e9}"),
        row("PUT /%6detrics/job/a", "put {job=a}"),
        row("PUT /metrics/job/a%00", "put {job=a\0}"),
        row("PUT /metrics/job/a?x=%zz", "put {job=a}"));
  }

  /** With --push.enable-utf8-names. */
  static Stream<String[]> escapedNames() {
    return Stream.of(
        row("PUT /metrics/job/a/U__foo_2e_bar/baz", "put {foo.bar=baz, job=a}"),
        row("DELETE /metrics/job/a/U__foo_2e_bar@base64/YmF6", "delete {foo.bar=baz, job=a}"),
        row("PUT /metrics/job/a/U___55_____/x", "put {U__=x, job=a}"),
        row("PUT /metrics/job/a/U__in_xxx_valid/x", "put {U__in_xxx_valid=x, job=a}"),
        row("PUT /metrics/job/a/f%C3%B6%C3%B6/x", "put {f\u00f6\u00f6=x, job=a}"),
        row("PUT /metrics/job/a/foo.bar/x", "put {foo.bar=x, job=a}"),
        row("PUT /metrics/job/a/__x/1", "400 push improper label name \"__x\""),
        row("PUT /metrics/job/a/U__/1", "400 push improper label name \"U__\""),
        row("PUT /metrics/job/a/U______x/1", "400 push improper label name \"U______x\""),
        row("PUT /metrics/job/a/..x/1", "put {..x=1, job=a}"),
        row(
            "PUT /metrics/job/e/U___43c__435__441__442__43e_/x",
            "put {job=e, \u043c\u0435\u0441\u0442\u043e=x}"),
        row("PUT /metrics/job/a/%ff/1", "400 push improper label name \"\\xff\""),
        row("PUT /metrics/job/a/U__b_2e_c/1/b_c/2", "put {b.c=1, b_c=2, job=a}"),
        row(
            "PUT /metrics/job/a/U__b_2e_c@base64/!",
            "400 push invalid base64 encoding for label U__b_2e_c=\"!\": "
                + "illegal base64 data at input byte 0"));
  }

  static Stream<String[]> base64() {
    return Stream.of(
        row("PUT /metrics/job@base64/YQ", "put {job=a}"),
        row("PUT /metrics/job@base64/YQ====", "put {job=a}"),
        row("PUT /metrics/job@base64/YR", "put {job=a}"),
        row("PUT /metrics/job@base64/%0DYQ%0A==", "put {job=a}"),
        row("DELETE /metrics/job@base64/YWI/b/c", "delete {b=c, job=ab}"),
        row("PUT /metrics/job/a/b@base64/L3Zhci90bXA", "put {b=/var/tmp, job=a}"),
        row("PUT /metrics/job/a/b@base64/_-8", "400 push grouping label b: \"\\xff\\xef\""),
        row("PUT /metrics/job/a/b@base64/=", "put {b=, job=a}"),
        row("PUT /metrics/job/a/b@base64/", "put {b=, job=a}"),
        row(
            "PUT /metrics/job@base64/YQ=a",
            "400 push invalid base64 encoding in job name \"\": "
                + "illegal base64 data at input byte 2"),
        row(
            "PUT /metrics/job@base64/YWJjZGVm!",
            "400 push invalid base64 encoding in job name "
                + "\"abcdef\": illegal base64 data at input byte 8"),
        row(
            "DELETE /metrics/job@base64/!/x",
            "400 delete invalid base64 encoding in job name "
                + "\"\": illegal base64 data at input byte 0"),
        row(
            "PUT /metrics/job/a/b@base64/A",
            "400 push invalid base64 encoding for label b=\"A\": "
                + "illegal base64 data at input byte 0"),
        row(
            "PUT /metrics/job/a/b@base64/%FF",
            "400 push invalid base64 encoding for label "
                + "b=\"\\xff\": illegal base64 data at input byte 0"),
        row(
            "PUT /metrics/job/a/b@base64/AAAAA",
            "400 push invalid base64 encoding for label "
                + "b=\"AAAAA\": illegal base64 data at input byte 4"));
  }

  static Stream<String[]> refusedLabels() {
    return Stream.of(
        row("PUT /metrics/job@base64/=", "400 push job name is required"),
        row(
            "PUT /metrics/job@base64/=/x",
            "400 push odd number of components in label string " + "\"/x\""),
        row(
            "PUT /metrics/job/a/b/c/",
            "400 push odd number of components in label string " + "\"/b/c/\""),
        row("PUT /metrics/job/a/__x/c", "400 push improper label name \"__x\""),
        row("PUT /metrics/job/a/1x/c", "400 push improper label name \"1x\""),
        row("PUT /metrics/job/a/%FF/c", "400 push improper label name \"\\xff\""),
        row("PUT /metrics/job/a/x@base64@base64/b", "400 push improper label name \"x@base64\""),
        row("PUT /metrics/job/a/%22x%5C%0A/b", "400 push improper label name \"\\\"x\\\\\\n\""),
        row(
            "DELETE /metrics/job/%FF",
            "400 delete grouping label job: \"\\xff\" (expected: valid"));
  }

  static Stream<String[]> brokenEscapes() {
    return Stream.of(
        row("PUT /metrics/job/a%", "400 null 400 Bad Request"),
        row("PUT /metrics/job/a%zz", "400 null 400 Bad Request"),
        row("GET /%4", "400 null 400 Bad Request"));
  }

  static Stream<String[]> cleanedPaths() {
    return Stream.of(
        row("PUT /metrics/job/a//b", "301 /metrics/job/a/b"),
        row("PUT /metrics/job/a//b/?q=1", "301 /metrics/job/a/b/?q=1"),
        row("PUT /metrics/job/a/b/%2F%2Fc", "301 /metrics/job/a/b/c"),
        row("PUT /metrics/job/a/%2e%2e/c", "301 /metrics/job/c"),
        row("PUT /metrics/job/a/./c", "301 /metrics/job/a/c"),
        row("PUT //metrics/job/a", "301 /metrics/job/a"),
        row("GET /metrics/x/..", "301 /metrics"),
        row("GET /../..", "301 /"),
        row("GET //metrics?", "301 /metrics"),
        row(
            "PUT /metrics/job/a%20b//c(d)!*'[x]/~;e,f",
            "301 /metrics/job/a%20b/c%28d%29%21%2A%27%5Bx%5D/~;e,f"));
  }

  static Stream<String[]> correctedPaths() {
    return Stream.of(
        row("PUT /metrics/job/", "307 /metrics/job"),
        row("DELETE /metrics/job/", "307 /metrics/job"),
        row("PUT /metrics/job", NOT_FOUND),
        row("GET /metrics/job/", NOT_FOUND),
        row("PUT /metrics/job@base64/", NOT_FOUND),
        row("PUT /METRICS/job/", NOT_FOUND),
        row("PUT /METRICS/JOB", NOT_FOUND),
        row("PUT /METRICS/JOB/A", "307 /metrics/job/A"),
        row("PUT /Metrics/job/a/b%2Fc/d?x=1%20&y", "307 /metrics/job/a/b/c/d?x=1%20&y"),
        row("PUT /METRICS/job/a%3Fb/", "307 /metrics/job/a%3Fb/"),
        row("GET /METRICS/job/a", NOT_FOUND),
        row("GET /METRICS", "301 /metrics"),
        row("GET /METRICS/", "301 /metrics"),
        row("GET /metrics/", "301 /metrics"),
        row("GET /Status/?a", "301 /status?a"),
        row("GET /-/ready/", "301 /-/ready"),
        row("GET /-/quit/", "301 /-/quit"),
        row("PUT /-/quit/", "307 /-/quit"),
        row("PUT /-/QUIT", "307 /-/quit"));
  }

  static Stream<String[]> pages() {
    return Stream.of(
        row("GET /", "Home"),
        row("GET /status", "Status"),
        row("GET /group/job/a/b@base64/L3Zhcg", "group {b=/var, job=a}"),
        row("GET /group/job@base64/YQ", "group {job=a}"),
        row(
            "GET /group/job/a/b/c/d",
            "400 group odd number of components in label string \"/b/c/d\""),
        row("POST /group/job/a", "group deletion {job=a}"),
        row("DELETE /group/job/a", "405 GET, OPTIONS, POST Method Not Allowed"),
        row("GET /static/page-0.css", "Asset"),
        row("POST /delete-all", NOT_FOUND),
        row("GET /metrics", "Scrape"),
        row("GET /metrics?collect[]=self", "Scrape"),
        row("GET /-/healthy", "Healthy"),
        row("GET /-/ready", "Ready"),
        row("PUT /-/quit", "QuitDisabled"),
        row("POST /-/quit", "QuitDisabled"),
        row("GET /nope", NOT_FOUND),
        row("HEAD /nope", NOT_FOUND));
  }

  static Stream<String[]> methods() {
    return Stream.of(
        row("GET /-/quit", "405 null Only POST or PUT requests allowed."),
        row("HEAD /-/quit", "405 GET, OPTIONS, POST, PUT Method Not Allowed"),
        row("DELETE /-/quit", "405 GET, OPTIONS, POST, PUT Method Not Allowed"),
        row("GET /metrics/job/a", "405 DELETE, OPTIONS, POST, PUT Method Not Allowed"),
        row("GET /metrics/job/a/b", "405 DELETE, OPTIONS, POST, PUT Method Not Allowed"),
        row("HEAD /metrics", "405 GET, OPTIONS Method Not Allowed"),
        row("BREW /metrics", "405 GET, OPTIONS Method Not Allowed"),
        row("PUT /metrics", "405 GET, OPTIONS Method Not Allowed"),
        row("PUT /", "405 GET, OPTIONS Method Not Allowed"),
        row("OPTIONS /metrics", "200 GET, OPTIONS"),
        row("OPTIONS /metrics/job/a", "200 DELETE, OPTIONS, POST, PUT"),
        row("OPTIONS /nope", NOT_FOUND));
  }

  static Stream<String[]> api() {
    return Stream.of(
        row("GET /api", NOT_FOUND),
        row("GET /api/v1", "301 /api/v1/"),
        row("PUT /api/v1?x=1", "301 /api/v1/?x=1"),
        row("GET /api/v1/", NOT_FOUND),
        row("GET /api/v1/cluster", "Cluster"),
        row("HEAD /api/v1/cluster", "Cluster"),
        row("GET /api/v1/status", "ApiStatus"),
        row("GET /api/v1/metrics", "ApiMetrics"),
        row("GET /api/v1/metrics/", "301 /metrics"),
        row("HEAD /api/v1/metrics", "405 GET, OPTIONS Method Not Allowed"),
        row("PUT /api/v1/status", "405 GET, OPTIONS Method Not Allowed"),
        row("GET /api/v1/nope", NOT_FOUND),
        row("OPTIONS /api/v1/metrics", "ApiOptions"),
        row("OPTIONS /api/v1/", "ApiOptions"),
        row("OPTIONS /api/v1/no/pe/", "ApiOptions"),
        row("OPTIONS /api/v1/cluster", "ApiOptions"),
        row("POST /api/v1/cluster", "405 GET, HEAD, OPTIONS Method Not Allowed"),
        row("PUT /api/v1/admin/wipe", NOT_FOUND),
        row("PUT /api/v1//admin/wipe", "301 /api/v1/admin/wipe"));
  }

  static Stream<String[]> prefixed() {
    return Stream.of(
        row("GET /p", "301 /p/"),
        row("GET /p/", "Home"),
        row("GET /p/group/job/a", "group {job=a}"),
        row("GET /group/job/a", NOT_FOUND),
        row("GET /p/delete-all", "WipeQuestion"),
        row("POST /p/delete-all", "PageWipe"),
        row("GET /P/status", "301 /p/status"),
        row("GET /p/m", "Scrape"),
        row("GET /p/metrics", NOT_FOUND),
        row("GET /", NOT_FOUND),
        row("PUT /", NOT_FOUND),
        row("PUT /metrics/job/a", NOT_FOUND),
        row("PUT /p/metrics/job/a", "put {job=a}"),
        row("PUT /p/metrics/job/", "307 /p/metrics/job"),
        row("PUT /p/-/quit", "Quit"),
        row("PUT /p/-/quit/", "307 /p/-/quit"),
        row("GET /p/-/quit", "405 OPTIONS, POST, PUT Method Not Allowed"),
        row("GET /-/quit", "405 null Only POST or PUT requests allowed."),
        row("HEAD /-/quit", "405 GET, OPTIONS Method Not Allowed"),
        row("PUT /-/quit", "405 GET, OPTIONS Method Not Allowed"),
        row("PUT /-/quit/", NOT_FOUND),
        row("GET /api/v1", NOT_FOUND),
        row("GET /p/api/v1/cluster", "Cluster"),
        row("GET /p/api/v1", "301 /p/api/v1/"),
        row("PUT /p/api/v1/admin/wipe", "Wipe"),
        row("PUT /p/api/v1/admin/wipe/", "307 /admin/wipe"),
        row("PUT /p/api/v1/ADMIN/wipe?x", "307 /admin/wipe?x"),
        row("GET /p/api/v1/admin/wipe", "405 OPTIONS, PUT Method Not Allowed"),
        row("PUT /api/v1/admin/wipe", NOT_FOUND));
  }

  @ParameterizedTest
  @MethodSource({
    "groups",
    "base64",
    "refusedLabels",
    "brokenEscapes",
    "cleanedPaths",
    "correctedPaths",
    "pages",
    "methods",
    "api"
  })
  void find_withoutPrefix(String request, String expected) {
    assertRoute(PLAIN, request, expected);
  }

  @ParameterizedTest
  @MethodSource({"escapedNames", "groups", "base64"})
  void find_withUtf8Names(String request, String expected) {
    assertRoute(UTF8, request, expected);
  }

  @ParameterizedTest
  @MethodSource("prefixed")
  void find_withPrefix(String request, String expected) {
    assertRoute(PREFIXED, request, expected);
  }

  @Test
  void find_groupingLabels_areSortedByName() {
    Route route = PLAIN.find("PUT", "/metrics/job/j/z/1/a/2", null);

    var labels = assertInstanceOf(Route.Push.class, route).groupingLabels();
    assertEquals(new TreeMap<>(Map.of("a", "2", "job", "j", "z", "1")), labels);
    assertEquals("a", labels.firstKey());
  }

  @ParameterizedTest
  @CsvSource({"/p/api/v1/x, true", "/p/api/v1, false", "/api/v1/x, false", "/p/%zz, false"})
  void isApi(String path, boolean expected) {
    assertEquals(expected, PREFIXED.isApi(path));
  }

  private static void assertRoute(Routes routes, String request, String expected) {
    String[] parts = request.split(" ", 2);
    String[] target = parts[1].split("\\?", 2);
    Route route = routes.find(parts[0], target[0], target.length > 1 ? target[1] : null);
    String described = describe(route);
    // Our own reasons are compared by their beginning.
    assertEquals(
        expected,
        described.contains("(expected")
            ? described.substring(0, Math.min(described.length(), expected.length()))
            : described,
        request);
  }

  private static String describe(Route route) {
    if (route instanceof Route.Push push) {
      return (push.replace() ? "put " : "post ") + push.groupingLabels();
    } else if (route instanceof Route.Delete delete) {
      return "delete " + delete.groupingLabels();
    } else if (route instanceof Route.Group group) {
      return "group " + group.groupingLabels();
    } else if (route instanceof Route.GroupDeletion deletion) {
      return "group deletion " + deletion.groupingLabels();
    } else if (route instanceof Route.Redirect redirect) {
      return redirect.status() + " " + redirect.location();
    } else if (route instanceof Route.AllowedMethods allowed) {
      return "200 " + allowed.allow();
    } else if (route instanceof Route.MethodNotAllowed refused) {
      return "405 " + refused.allow() + " " + refused.reason();
    } else if (route instanceof Route.BadRequest bad) {
      return "400 " + bad.handler() + " " + bad.reason();
    } else if (route instanceof Route.NotFound) {
      return NOT_FOUND;
    }
    return route.getClass().getSimpleName();
  }

  private static String[] row(String request, String expected) {
    return new String[] {request, expected};
  }
}
