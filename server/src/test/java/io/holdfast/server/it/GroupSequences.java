package io.holdfast.server.it;

import static io.holdfast.server.it.Step.delete;
import static io.holdfast.server.it.Step.post;
import static io.holdfast.server.it.Step.put;
import static io.holdfast.server.it.Step.wipe;

import java.util.List;
import java.util.stream.Stream;

/** What PUT, POST, DELETE and wipe do to groups, and how pushed labels are overwritten. */
final class GroupSequences {
  private static final String A = "/metrics/job/a";
  private static final String AB = "/metrics/job/a/b/c";
  private static final String BAD = "!\n";

  private GroupSequences() {}

  static List<Sequence> all() {
    return Stream.of(replacing(), failing(), deleting(), sanitising())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> replacing() {
    return List.of(
        Sequence.of("a PUT replaces all families", put(A, "m 1\nn 2\n"), put(A, "m 3\n")),
        Sequence.of(
            "a POST replaces families of its names", put(A, "m 1\nn 2\n"), post(A, "m 3\n")),
        Sequence.of(
            "a POST replaces all series of a family",
            put(A, "m{x=\"1\"} 1\nm{x=\"2\"} 2\n"),
            post(A, "m{x=\"3\"} 3\n")),
        Sequence.of("a POST adds a family", put(A, "m 1\n"), post(A, "n 2\n")),
        Sequence.of("a POST to nothing", post(A, "m 1\n")),
        Sequence.of("an empty PUT to nothing", put(A, "")),
        Sequence.of("an empty POST to nothing", post(A, "")),
        Sequence.of("an empty PUT empties the group", put(A, "m 1\n"), put(A, "")),
        Sequence.of("an empty POST changes the push time only", put(A, "m 1\n"), post(A, "")),
        Sequence.of("a comment is an empty body", put(A, "m 1\n"), put(A, "# nothing\n")),
        Sequence.of(
            "groups do not touch each other", put(A, "m 1\n"), put(AB, "m 2\n"), put(A, "n 3\n")),
        Sequence.of(
            "PUT, POST, PUT, POST",
            put(A, "m 1\n"),
            post(A, "n 2\n"),
            put(A, "o 3\n"),
            post(A, "m 4\n")),
        Sequence.of(
            "three groups in any order",
            put("/metrics/job/c", "m 3\n"),
            put("/metrics/job/a", "m 1\n"),
            put("/metrics/job/b", "m 2\n")),
        Sequence.of("a chunked PUT replaces too", put(A, "m 1\n"), put(A, "n 2\n").inChunks()));
  }

  private static List<Sequence> failing() {
    return List.of(
        Sequence.of("an unreadable PUT makes no group", put(A, BAD)),
        Sequence.of("an unreadable PUT changes no group", put(A, "m 1\n"), put(A, BAD)),
        Sequence.of("an unreadable POST changes no group", put(A, "m 1\n"), post(A, "n 1\n" + BAD)),
        Sequence.of("a timestamp makes a failed group", put(A, "m 1 5\n")),
        Sequence.of("a timestamp marks a group as failed", put(A, "m 1\n"), put(A, "m 2 5\n")),
        Sequence.of(
            "a timestamp in a POST marks a group as failed", put(A, "m 1\n"), post(A, "n 2 5\n")),
        Sequence.of(
            "a failure time stays after a success", put(A, "m 1 5\n"), put(A, "m 1\n"), put(A, "")),
        Sequence.of(
            "a failure time goes with a DELETE", put(A, "m 1 5\n"), delete(A), put(A, "m 1\n")),
        Sequence.of("a failure time goes with a wipe", put(A, "m 1 5\n"), wipe(), put(A, "m 1\n")),
        Sequence.of("a failed push of a duplicate", put(A, "m 1\nm 2\n"), post(A, "m 3\n")),
        Sequence.of("a failed group beside a good one", put(A, "m 1 5\n"), put(AB, "m 1\n")),
        Sequence.of("a bad path makes no group", put("/metrics/job/a/__b/c", "m 1\n")),
        Sequence.of("a bad path and a bad body", put("/metrics/job/a/b", BAD)));
  }

  private static List<Sequence> deleting() {
    return List.of(
        Sequence.of("DELETE takes the group", put(A, "m 1\n"), delete(A)),
        Sequence.of("DELETE takes one group only", put(A, "m 1\n"), put(AB, "m 2\n"), delete(A)),
        Sequence.of("DELETE takes the exact group only", put(AB, "m 2\n"), delete(A)),
        Sequence.of("DELETE twice", put(A, "m 1\n"), delete(A), delete(A)),
        Sequence.of("DELETE of nothing", delete(A)),
        Sequence.of("DELETE, then POST", put(A, "m 1\nn 2\n"), delete(A), post(A, "n 3\n")),
        Sequence.of(
            "DELETE with labels in another order",
            put("/metrics/job/a/x/1/y/2", "m 1\n"),
            delete("/metrics/job/a/y/2/x/1")),
        Sequence.of(
            "DELETE in base64", put(AB, "m 1\n"), delete("/metrics/job@base64/YQ==/b@base64/Yw")),
        Sequence.of(
            "DELETE of an empty grouping value",
            put("/metrics/job/a/b@base64/=", "m 1\n"),
            delete("/metrics/job/a/b/")),
        Sequence.of("DELETE of a failed group", put(A, "m 1 5\n"), delete(A)),
        Sequence.of("wipe takes everything", put(A, "m 1\n"), put(AB, "m 2\n"), wipe()),
        Sequence.of("wipe of nothing", wipe(), wipe()),
        Sequence.of("wipe, then push", put(A, "m 1\nn 2\n"), wipe(), post(A, "n 3\n")),
        Sequence.of(
            "wipe lets types change",
            put(A, "# TYPE m counter\nm 1\n"),
            wipe(),
            put(AB, "# TYPE m gauge\nm 3\n")),
        Sequence.of("wipe with a body", put(A, "m 1\n"), wipe().withBody(new byte[] {'x'})));
  }

  private static List<Sequence> sanitising() {
    return List.of(
        Sequence.of("job in the body", put(A, "m{job=\"x\"} 1\n")),
        Sequence.of("an empty job in the body", put(A, "m{job=\"\"} 1\n")),
        Sequence.of("instance in the body", put(A, "m{instance=\"x\"} 1\n")),
        Sequence.of("an empty instance in the body", put(A, "m{instance=\"\"} 1\n")),
        Sequence.of("instance in the path", put(A + "/instance/i", "m 1\n")),
        Sequence.of("instance in both", put(A + "/instance/i", "m{instance=\"x\"} 1\n")),
        Sequence.of(
            "an empty instance in the path",
            put(A + "/instance@base64/=", "m{instance=\"x\"} 1\n")),
        Sequence.of("a grouping label in the body", put(AB, "m{b=\"x\",d=\"y\"} 1\n")),
        Sequence.of("an empty grouping label", put(A + "/b@base64/=", "m{b=\"x\"} 1\n")),
        Sequence.of("labels before and after", put(AB, "m{a=\"1\",z=\"2\"} 1\n")),
        Sequence.of(
            "a summary under labels",
            put(AB, "# TYPE s summary\ns{quantile=\"0.5\",b=\"x\"} 1\ns_count{b=\"x\"} 2\n")),
        Sequence.of(
            "a histogram under labels",
            put(AB, "# TYPE h histogram\nh_bucket{le=\"1\",job=\"x\"} 1\nh_count{job=\"x\"} 2\n")),
        Sequence.of(
                "a grouping label le and a histogram",
                put("/metrics/job/a/le/7", "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_count 2\n"))
            .insteadBecause(
                "Prometheus refuses a scrape with le twice",
                List.of(400),
                put("/metrics/job/a/le/7", "m 1 5\n")),
        Sequence.of(
            "a grouping label quantile and a summary",
            put(
                "/metrics/job/a/quantile/7",
                "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_count 2\n")),
        Sequence.of(
            "a grouping label quantile and a gauge",
            put("/metrics/job/a/quantile/7", "m{quantile=\"1\"} 1\n")),
        Sequence.of("grouping values to escape", put("/metrics/job/a%22%5C%0Ab", "m 1\n")));
  }
}
