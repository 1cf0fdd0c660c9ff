package io.holdfast.server.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands on groups, against a node in this process. */
class HoldfastctlTest {
  @TempDir static Path directory;
  private static RunningNode node;
  private static Run.Setting ctl;

  @BeforeAll
  static void start() throws Exception {
    node = RunningNode.start(directory, "--web.enable-admin-api");
    ctl = Run.against(node.url());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void wipe() {
    assertEquals(new Run(0, "deleted every group\n", ""), ctl.run("wipe", "--yes"));
  }

  private static void push(String text, String... labels) {
    String[] arguments = new String[labels.length + 1];
    arguments[0] = "push";
    System.arraycopy(labels, 0, arguments, 1, labels.length);
    assertEquals(new Run(0, "", ""), ctl.input(text).run(arguments));
  }

  @Test
  void push_isListed_andPrintedInAFormThatCanBePushedAgain() throws Exception {
    push(
        "# HELP m A \\\\ help.\n# TYPE m gauge\nm{x=\"a\\\"b\"} 1\n"
            + "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"10\"} 2\n"
            + "h_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3\n"
            + "# TYPE s summary\ns{quantile=\"0.5\"} 7\ns_sum 8\ns_count 2\n",
        "job=backup",
        "path=/var/tmp");

    Run list = ctl.run("list");
    assertTrue(
        list.out()
            .matches(
                "(?s)LAST PUSH .*\n\\d+s +ok +never +3 +\\{job=\"backup\",path=\"/var/tmp\"}\n"),
        list.out());
    Run text = ctl.run("get", "path=/var/tmp", "job=backup");
    assertTrue(text.out().startsWith("# group {job=\"backup\",path=\"/var/tmp\"}\n"), text.out());
    assertTrue(
        text.out()
            .contains(
                "# HELP m A \\\\ help.\n# TYPE m gauge\nm{instance=\"\",job=\"backup\",path=\"/var/tmp\",x=\"a\\\"b\"} 1\n"),
        text.out());
    assertTrue(
        text.out()
            .contains(
                "le=\"10\",path=\"/var/tmp\"} 2\nh_bucket{instance=\"\",job=\"backup\",le=\"+Inf\""),
        text.out());

    push(text.out(), "job=backup", "path=/var/tmp");
    Run again = ctl.run("get", "path=/var/tmp", "job=backup");
    assertEquals(withoutNotes(text.out()), withoutNotes(again.out()));
  }

  private static List<String> withoutNotes(String text) {
    return text.lines().filter(line -> !line.startsWith("# last push")).toList();
  }

  @Test
  void list_selects_andIsJson() throws Exception {
    push("m 1\n", "job=web", "instance=1");
    push("m 1\n", "job=web", "instance=2");
    push("m 1\n", "job=db", "weird=a\"b\\c\nd\u001b");

    assertEquals(3, ((List<?>) ctl.run("list", "-o", "json").json()).size());
    assertEquals(2, ((List<?>) ctl.run("list", "job=web", "-o", "json").json()).size());
    assertEquals(
        2, ((List<?>) ctl.run("list", "job=web", "-o", "json", "--limit", "2").json()).size());
    assertEquals(
        1, ((List<?>) ctl.run("list", "job=web", "-o", "json", "--limit=1").json()).size());
    assertEquals(
        1, ((List<?>) ctl.run("list", "weird=a\"b\\c\nd\u001b", "-o", "json").json()).size());
    assertEquals(
        2,
        ((List<?>) ctl.run("list", "{instance=\"1\"}", "{job=\"db\"}", "-o", "json").json())
            .size());
    assertEquals(0, ((List<?>) ctl.run("list", "--failed", "-o", "json").json()).size());
    assertEquals(0, ((List<?>) ctl.run("list", "--older-than=1h", "-o", "json").json()).size());
    assertTrue(ctl.run("list", "job=db").out().contains("d\\u{1b}"), "no escape for the terminal");
  }

  @Test
  void longList_isReadPageByPage() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    List<CompletableFuture<Integer>> statuses =
        IntStream.range(0, 1_001)
            .mapToObj(
                i ->
                    HttpRequest.newBuilder(URI.create(node.url() + "/metrics/job/j/n/" + i))
                        .POST(BodyPublishers.ofString("m 1\n"))
                        .build())
            .map(request -> client.sendAsync(request, BodyHandlers.discarding()))
            .map(answer -> answer.thenApply(HttpResponse::statusCode))
            .toList();
    for (CompletableFuture<Integer> status : statuses) {
      assertEquals(200, status.join());
    }
    assertEquals(1_002, ctl.run("list").out().lines().count());
    assertEquals(1_001, ((List<?>) ctl.run("list", "-ojson").json()).size());
  }

  @Test
  void ttl_andReplace_arePassedOn() throws Exception {
    push("a 1\nb 1\n", "job=t", "--ttl", "2h");
    assertTrue(ctl.run("list").out().contains(" in 119m "), ctl.run("list").out());
    push("b 2\n", "job=t", "--replace");
    String text = ctl.run("get", "job=t").out();
    assertTrue(!text.contains("\na{") && text.contains("\nb{instance=\"\",job=\"t\"} 2\n"), text);
  }

  @Test
  void wrongText_isNotPushed_andItsPlaceIsTold() throws Exception {
    Run refused = ctl.input("m 1\nn x\n").run("push", "job=a");
    assertEquals(3, refused.exitCode());
    assertEquals(
        "holdfastctl: stdin:2:3: text format parsing error in line 2: expected float as value, got"
            + " \"x\" (column 3); nothing was pushed\n",
        refused.err());
    assertEquals(List.of(), ctl.run("list", "-ojson").json());

    Run byTheServer = ctl.input("m 1\nn x\n").run("push", "job=a", "--no-check");
    assertEquals(1, byTheServer.exitCode());
    assertEquals(
        "holdfastctl: POST "
            + node.url()
            + "/metrics/job/a answers 400: text format parsing error in line 2: expected float as"
            + " value, got \"x\" (column 3)\n",
        byTheServer.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          m 1\\nn x\\n
          m 1
          m 1\\nm 2\\n
          m 1 123\\n
          m{job="a"} 1\\nm{job="b"} 1\\n
          # TYPE m foo\\nm 1\\n
          m{"x"=1} 1\\n
          # TYPE h histogram\\nh_bucket{le="x"} 1\\n
          """)
  void check_saysWhatTheServerSays(String escaped) throws Exception {
    String text = escaped.replace("\\n", "\n");
    Run checked = Run.offline().input(text).run("check", "-ojson");
    Run pushed = ctl.input(text).run("push", "job=check", "--no-check");

    assertEquals(3, checked.exitCode());
    Map<?, ?> result = (Map<?, ?>) ((List<?>) ((Map<?, ?>) checked.json()).get("files")).get(0);
    String told = pushed.err().replaceFirst("^.* answers 400: ", "").stripTrailing();
    assertEquals(told, Table.printable(Server.firstLine((String) result.get("error"))));
  }

  @Test
  void check_readsFiles_andTellsTheFirstMistakeOfEach() throws Exception {
    Path good = Files.writeString(directory.resolve("good.prom"), "m 1\nn 2\n");
    Path bad = Files.writeString(directory.resolve("bad.prom"), "m 1\n\nm{ 1\n");
    Run run = Run.offline().run("check", good.toString(), bad.toString());
    assertEquals(3, run.exitCode());
    assertEquals(
        good
            + ": ok, 2 families, 2 series\n"
            + bad
            + ":3:4: text format parsing error in line 3: invalid label name for metric \"m\""
            + " (column 4)\n",
        run.out());
    assertEquals(0, Run.offline().run("check", good.toString()).exitCode());
    assertEquals(
        new Run(1, "", "holdfastctl: file: \"nowhere\" (expected: a file that exists)\n"),
        Run.offline().run("check", "nowhere"));
    assertEquals(3, Run.offline().input("{\"a.b\",c=\"d\"} 1\n").run("check").exitCode());
    assertEquals(
        0, Run.offline().input("{\"a.b\",c=\"d\"} 1\n").run("check", "--utf8-names").exitCode());
  }

  @Test
  void delete_takesOneGroup_byAllItsLabels() throws Exception {
    push("m 1\n", "job=a");
    push("m 1\n", "job=a", "instance=1");
    Run none = ctl.run("delete", "job=b");
    assertEquals(4, none.exitCode());
    assertEquals(
        "holdfastctl: {job=\"b\"} is not at "
            + node.url()
            + " (expected: all labels of a group that \"holdfastctl list\" shows)\n",
        none.err());

    assertEquals(new Run(0, "would delete 1 group\n", ""), ctl.run("delete", "job=a", "--dry-run"));
    assertEquals(2, ((List<?>) ctl.run("list", "-ojson").json()).size());
    assertEquals(new Run(0, "deleted 1 group\n", ""), ctl.run("delete", "job=a"));
    assertTrue(ctl.run("list").out().endsWith("{instance=\"1\",job=\"a\"}\n"));
    Run get = ctl.run("get", "job=a");
    assertEquals(4, get.exitCode());
    assertTrue(get.err().contains("{job=\"a\"} is not at "), get.err());
  }

  @Test
  void delete_takesSelectedGroups_afterAQuestionWithTheirNumber() throws Exception {
    push("m 1\n", "job=web", "instance=1");
    push("m 1\n", "job=web", "instance=2");
    push("m 1\n", "job=db");

    assertEquals(
        new Run(0, "would delete 2 groups\n", ""), ctl.run("delete", "{job=\"web\"}", "--dry-run"));
    Run unasked = ctl.run("delete", "{job=\"web\"}");
    assertEquals(2, unasked.exitCode());
    assertTrue(
        unasked.err().startsWith("holdfastctl: Delete 2 groups at " + node.url()), unasked.err());
    Run asked = ctl.terminals("0").input("yes\n").run("delete", "job=web", "{instance=\"2\"}");
    assertEquals("Delete 2 groups at " + node.url() + "? Type yes: ", asked.err());
    assertEquals(new Run(0, "deleted 0 groups\n", ""), ctl.run("delete", "--older-than=1h"));
    assertEquals(
        Map.of("deleted", 1L, "dry_run", false),
        ctl.run("delete", "job=db", "--older-than=0", "-y", "-ojson").json());
    assertEquals(List.of(), ctl.run("list", "-ojson").json());
  }

  @Test
  void delete_withoutACondition_isRefusedByTheServer() {
    Run run = ctl.run("delete", "{}", "--yes");
    assertEquals(1, run.exitCode());
    assertTrue(
        run.err().contains("/api/v1/groups answers 400: no condition (expected: "), run.err());
  }

  @Test
  void cluster_ofANodeThatIsAlone_isToldSo() throws Exception {
    assertEquals(new Run(0, "node: alone, in no cluster; ready\n", ""), ctl.run("cluster"));
    assertEquals(1L, ((Map<?, ?>) ctl.run("cluster", "-o", "json").json()).get("size"));
  }

  @Test
  void wipe_asksOnATerminal_andElseWantsYes() throws Exception {
    push("m 1\n", "job=a");
    Run unasked = ctl.run("wipe");
    assertEquals(2, unasked.exitCode());
    assertEquals(
        "holdfastctl: Delete every group at "
            + node.url()
            + "? (expected: --yes, or an answer on a terminal)\n",
        unasked.err());
    Run no = ctl.terminals("0").input("y\n").run("wipe");
    assertEquals(1, no.exitCode());
    assertTrue(no.err().endsWith("? Type yes: holdfastctl: nothing was deleted\n"), no.err());
    assertEquals(1, ((List<?>) ctl.run("list", "-ojson").json()).size());
    assertEquals(0, ctl.terminals("0").input("yes\n").run("wipe").exitCode());
    assertEquals(List.of(), ctl.run("list", "-ojson").json());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          2 | nope                         | unexpected argument: "nope" (expected: one of list,
          2 | list --bogus                 | unknown option: --bogus; try: holdfastctl list --help
          2 | list -o                      | --output: without a value (expected: a value); try: holdfastctl list --help
          2 | list -o xml                  | --output: "xml" (expected: table or json)
          2 | list -o json -o table        | --output: given twice (expected: once); try
          2 | list --limit x               | --limit: "x" (expected: a number from 1)
          2 | list --limit 0               | --limit: "0" (expected: a number from 1)
          2 | list --older-than 1x         | --older-than: "1x" (expected: a duration such as
          2 | list {job=a}                 | column 6: "a" (expected: a value in quotes) in {job=a}
          2 | list job                     | "job" (expected: labels such as job=backup, or a selector such as
          2 | get                          | no label (expected: all labels of a group, such as job=backup)
          2 | get instance=1               | no job (expected: job=NAME among the labels of the group)
          2 | get job                      | "job" (expected: a label such as job=backup)
          2 | get job=a job=b              | the label job is given twice (expected: once)
          2 | get job=a __x=1              | "__x" is no label name (expected: one such as job)
          2 | delete                       | no group (expected: labels such as job=backup, or a selector
          2 | list --url ftp://h           | --url: "ftp://h" (expected: a URL such as http://host:9091)
          2 | list --url http://u:secret@/ | --url: "http://...@/" (expected: a URL such as
          2 | list --url http://h:99999    | --url: "http://h:99999" (expected: a port from 1 to 65535)
          2 | list --timeout 0             | --timeout: "0" (expected: more than 0)
          2 | list --user x                | --user: without --password-file (expected: both, or HOLDFAST_PASSWORD_FILE)
          2 | list --password-file x       | --password-file: without --user (expected: both)
          1 | list --user x --password-file nowhere | --password-file: "nowhere" (expected: a file that exists)
          1 | list --url http://127.0.0.1:1 | http://127.0.0.1:1 cannot be reached: the connection was refused (expected: a running server, see --url)
          1 | list --url http://nobody.invalid:1 | cannot be reached: the host nobody.invalid is unknown (expected: a name in DNS)
          1 | list --url https://HOST      | https://HOST cannot be reached: it does not speak TLS (expected: http:// in the URL)
          1 | list --url https://HOST --ca-file nowhere | --ca-file: "nowhere" (expected: a file that exists)
          2 | list --url https://HOST --key-file x | --key-file: without --cert-file (expected: both)
          1 | list --url http://HOST/nowhere | http://HOST/nowhere/api/v1/metrics answers 404: 404 page not found
          """)
  void mistake_isToldInOneLine(int code, String arguments, String expected) {
    String host = node.url().replace("http://", "");
    Run run = ctl.run(arguments.replace("HOST", host).split(" "));

    assertEquals(code, run.exitCode(), run::err);
    String told = expected.replace("HOST", host);
    assertTrue(run.err().contains(told), () -> told + ", but: " + run.err());
    assertEquals(1, run.err().lines().count(), run::err);
    assertEquals("", run.out());
  }

  @Test
  void noCommand_isToldAllCommands() {
    Run run = ctl.run();
    assertEquals(2, run.exitCode());
    assertTrue(
        run.err().startsWith("holdfastctl: no command (expected: one of list, get, push"),
        run.err());
  }

  @Test
  void help_isOnStandardOutput_forEveryCommand() {
    CommandLineTree.names()
        .forEach(
            name -> {
              Run run = ctl.run((name + " --help").strip().split(" "));
              assertEquals(0, run.exitCode(), name);
              assertTrue(run.out().startsWith("Usage: holdfastctl " + name), run.out());
              assertEquals("", run.err());
            });
    assertEquals("holdfastctl, version dev\n", ctl.run("--version").out());
  }

  @Test
  void closedOutput_endsQuietly_asASignalWould() throws Exception {
    push("m 1\n", "job=a");
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    for (String command : List.of("list", "list -ojson", "get job=a", "--help", "check")) {
      assertEquals(141, ctl.runInto(closed, err, command.split(" ")), command);
    }
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }
}
