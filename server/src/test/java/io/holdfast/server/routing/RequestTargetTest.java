package io.holdfast.server.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.eclipse.jetty.http.HttpURI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTargetTest {
  @ParameterizedTest
  @CsvSource({
    "/metrics/job/a, /metrics/job/a,",
    "/metrics/job/a?b=c, /metrics/job/a, b=c",
    "/metrics/job/a?, /metrics/job/a, ''",
    "/metrics/job/a#b, /metrics/job/a#b,",
    "/metrics/job/a#, /metrics/job/a#,",
    "/metrics/job/a#b/c#d, /metrics/job/a#b/c#d,",
    "/metrics/job/a#b?c=d, /metrics/job/a#b, c=d",
    "/metrics/job/a?b=c#d, /metrics/job/a, b=c#d",
    "http://example.org/metrics/job/a#b, /metrics/job/a#b,",
  })
  void of_keepsNumberSigns(String line, String path, String query) {
    assertEquals(new RequestTarget(path, query), RequestTarget.of(HttpURI.build("PUT", line)));
  }
}
