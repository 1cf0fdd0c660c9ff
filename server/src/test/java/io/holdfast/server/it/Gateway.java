package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.Closeable;
import java.io.IOException;

/** One side of a comparison: a running server, seen through what it answers on one connection. */
final class Gateway implements Closeable {
  /** The group of the requests that only wait: it stays in the store, out of sight. */
  private static final String BARRIER = "differential-barrier";

  private final RawHttp http;

  Gateway(ServerProcess process) {
    this.http = new RawHttp(process.address());
  }

  /** The status, and where a redirect leads to. */
  String send(Step step) throws IOException {
    return answer(step).outcome();
  }

  /** The same with the text of the answer. */
  Answer answer(Step step) throws IOException {
    RawHttp.Response response = http.send(step);
    boolean isRedirect = response.status() / 100 == 3;
    String outcome =
        isRedirect
            ? response.status()
                + " to "
                + response.header("Location").replaceFirst("^http://[^/]*", "")
            : Integer.toString(response.status());
    return new Answer(response.status(), outcome, response.text());
  }

  /** What came back; {@code outcome} is the status, and where a redirect leads to. */
  record Answer(int status, String outcome, String text) {}

  /** All that was pushed and is exposed, push times included: the groups are their label sets. */
  Exposition pushed() throws IOException {
    barrier();
    RawHttp.Response response = http.send(Step.get("/metrics"));
    assertEquals(200, response.status(), response::text);
    return Exposition.parse(response.text()).pushed().withoutJob(BARRIER);
  }

  /** The same as the API shows it, see {@link ApiGroups}. */
  String api() throws IOException {
    RawHttp.Response response = http.send(Step.get("/api/v1/metrics"));
    assertEquals(200, response.status(), response::text);
    assertEquals("application/json", response.header("Content-Type"));
    return ApiGroups.canonical(response.text(), BARRIER);
  }

  /** Empties the store. */
  void wipe() throws IOException {
    assertEquals("202", send(Step.wipe()));
    barrier();
  }

  @Override
  public void close() {
    http.close();
  }

  /**
   * The real one answers a DELETE before it carries it out. A checked push waits for all that came
   * before.
   */
  private void barrier() throws IOException {
    http.send(Step.put("/metrics/job/" + BARRIER, ""));
  }
}
