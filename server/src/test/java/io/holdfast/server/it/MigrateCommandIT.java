package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfastctl migrate}, between a real Pushgateway and Holdfast. */
final class MigrateCommandIT {
  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private Programs.Result run(ServerProcess from, ServerProcess to, String... options)
      throws IOException {
    return Programs.run(directory, new byte[0], command(from, to, options));
  }

  private static List<String> command(ServerProcess from, ServerProcess to, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Programs.repository().resolve("bin/holdfastctl").toString());
    command.addAll(List.of("migrate", from.uri("").toString()));
    command.addAll(List.of("--url", to.uri("").toString()));
    command.addAll(List.of(options));
    return command;
  }

  private ServerProcess holdfast() throws IOException {
    return processes.holdfastOn(Port.free(), directory.resolve("store"));
  }

  @Test
  void everyGroup_isCopied_onceOnly() throws Exception {
    ServerProcess pushgateway = processes.pushgateway();
    ManyKindsOfGroups.pushTo(pushgateway);
    ServerProcess holdfast = holdfast();

    String dry = run(pushgateway, holdfast, "--dry-run").orFail();
    assertTrue(dry.contains("would copy {job=\"text\"}: 5 families, 6 series"), dry);
    assertEquals("", holdfast.scrape().pushed().canonical(true));

    String first = run(pushgateway, holdfast).orFail();

    assertTrue(first.contains("6 groups with "), first);
    assertTrue(first.contains("1 groups left alone: every push of it has failed"), first);
    assertTrue(first.contains("1 of the copied had a failed push after that"), first);
    // Failed pushes are not copied: as if there had been none.
    assertEquals(
        withoutFailures(pushgateway.scrape().pushed().withoutJob("failed")),
        withoutFailures(holdfast.scrape().pushed()));

    String second = run(pushgateway, holdfast).orFail();
    assertTrue(second.contains("0 groups with 0 series copied"), second);

    pushgateway.send(Step.put("/metrics/job/gzip/zone/z", "z_gauge 2\n"));
    String third = run(pushgateway, holdfast).orFail();
    assertTrue(third.contains("1 groups with 1 series copied"), third);
    assertEquals("2", holdfast.scrape().samples("z_gauge").get(0).value());
  }

  private static String withoutFailures(Exposition exposition) {
    return exposition
        .canonical(true)
        .replaceAll("(?m)^(push_failure_time_seconds\\{.*) [01]$", "$1 0");
  }

  @Test
  void progress_isABarOnATerminal_andNothingWhereItIsSoon() throws Exception {
    ServerProcess pushgateway = processes.pushgateway();
    for (int i = 0; i < 300; i++) {
      pushgateway.send(Step.put("/metrics/job/a/n/" + i, "m 1\n"));
    }
    ServerProcess holdfast = holdfast();

    String dry = onATerminal(pushgateway, holdfast, "--dry-run");
    assertEquals(
        300,
        dry.lines().filter(line -> line.matches(".*\u001b\\[Kwould copy \\{job.*")).count(),
        dry);
    String bars = onATerminal(pushgateway, holdfast);

    List<String> shown = List.of(bars.split("\r\u001b\\[K"));
    assertTrue(shown.get(0).startsWith("reading " + pushgateway.uri("")), bars);
    assertTrue(shown.get(2).startsWith("[" + ".".repeat(30) + "] 0% 0 of 300 groups, "), bars);
    String last = shown.get(shown.size() - 1);
    assertTrue(last.startsWith("[" + "#".repeat(30) + "] 100% 300 of 300 groups, "), bars);
    List<Integer> done =
        shown.stream()
            .skip(2)
            .map(bar -> Integer.valueOf(bar.replaceFirst("(?s).*% (\\d+) of .*", "$1")))
            .toList();
    assertEquals(done.stream().sorted().toList(), done, bars);
    assertTrue(shown.stream().allMatch(bar -> bar.lines().findFirst().orElse("").length() < 80));
    String elsewhere = run(pushgateway, holdfast, "--overwrite").orFail();
    assertTrue(elsewhere.contains("300 groups with 300 series copied"), elsewhere);
    assertTrue(elsewhere.chars().noneMatch(c -> c == '\r' || c == '\u001b'), elsewhere);
  }

  private String onATerminal(ServerProcess from, ServerProcess to, String... options)
      throws IOException {
    String terminal =
        "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    List<String> command = new ArrayList<>(List.of("python3", "-c", terminal));
    command.addAll(command(from, to, options));
    return Programs.run(directory, new byte[0], command).orFail();
  }

  @Test
  void refusedGroup_isNamed_theOthersAreCopied() throws Exception {
    ServerProcess pushgateway = processes.pushgateway();
    pushgateway.send(Step.put("/metrics/job/a", "# TYPE m gauge\nm 1\n"));
    pushgateway.send(Step.put("/metrics/job/b", "n 1\n"));
    ServerProcess holdfast = holdfast();
    holdfast.send(Step.put("/metrics/job/c", "# TYPE m counter\nm 1\n"));

    Programs.Result result = run(pushgateway, holdfast);

    assertEquals(1, result.exitCode(), result::output);
    assertTrue(result.output().contains("{job=\"a\"} was refused with 400: "), result::output);
    assertEquals(1, holdfast.scrape().samples("n").size());
  }

  @Test
  void whatIsNoPushgateway_isToldApart() throws Exception {
    ServerProcess holdfast = holdfast();
    ServerProcess pushgateway = processes.uncheckedPushgateway("");
    pushgateway.send(Step.put("/metrics/job/a", "m 1\nm 2\n"));

    Programs.Result result = run(pushgateway, holdfast);

    assertEquals(1, result.exitCode(), result::output);
    assertTrue(result.output().contains("--persistence.file"), result::output);
    Programs.Result nobody =
        Programs.run(
            directory,
            new byte[0],
            List.of(
                Programs.repository().resolve("bin/holdfastctl").toString(),
                "migrate",
                "http://127.0.0.1:1",
                "--url",
                holdfast.uri("").toString()));
    assertEquals(1, nobody.exitCode(), nobody::output);
    assertTrue(nobody.output().contains("127.0.0.1:1 cannot be reached"), nobody::output);
  }
}
