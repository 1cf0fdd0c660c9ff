package io.holdfast.server.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import io.holdfast.proto.NameRule;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.SelectedGroups;
import io.holdfast.storage.Snapshot;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The maker of all pages. Any thread may use it. Only the page of a group blocks, because it reads
 * the disk.
 */
public final class Pages {
  private static final String GROUPS = "groups";
  private static final String STATUS = "status";

  /**
   * The settings that never change.
   *
   * @param prefix of all addresses, escaped; see {@link Site}
   * @param mayDelete whether the page may delete groups
   * @param mayWipe whether the page may delete all groups
   * @param names the rule for names in the paths of pushes
   * @param build name and value of each fact about the build, in order
   * @param flags name without dashes, and value
   */
  public record Settings(
      String prefix,
      boolean mayDelete,
      boolean mayWipe,
      NameRule names,
      Map<String, String> build,
      Map<String, String> flags,
      Instant startedAt) {}

  /**
   * The facts about the store.
   *
   * @param queued changes that wait for the writer
   */
  public record Storage(String path, long bytes, Exposition exposition, int queued) {}

  /** A page with its HTTP status. */
  public record Page(int status, byte[] html) {}

  private final Settings settings;
  private final InstantSource clock;
  private final Assets assets = new Assets();
  private final Site site;
  private final TemplateEngine templates;

  /** Creates the maker. Fails if a file is missing from the jar. */
  public Pages(Settings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.site =
        new Site(
            settings.prefix(),
            assets,
            settings.mayDelete(),
            settings.mayDelete() && settings.mayWipe());
    this.templates =
        TemplateEngine.createPrecompiled(
            null, ContentType.Html, Pages.class.getClassLoader(), Pages.class.getPackageName());
  }

  /** Returns the files that pages refer to. */
  public Assets assets() {
    return assets;
  }

  /** Returns the address of the list of groups. */
  public String listAddress() {
    return site.url("/");
  }

  /**
   * Returns the list of groups.
   *
   * @param pushUrl of all groups, such as {@code http://localhost:9091/metrics}
   */
  public Page groups(
      Node node, Exposition exposition, Map<String, String> parameters, String pushUrl) {
    Frame frame = frame("Groups", GROUPS, node);
    GroupList list = GroupList.of(exposition, GroupQuery.read(parameters), frame.now());
    String example = ShellWord.of(pushUrl + "/job/backup");
    return page(200, "groups.jte", Map.of("frame", frame, "list", list, "example", example));
  }

  /**
   * Returns the page of a group with its metrics.
   *
   * @param pushUrl of all groups, such as {@code http://localhost:9091/metrics}
   */
  public Page group(
      Node node, Snapshot snapshot, GroupKey key, Map<String, String> parameters, String pushUrl) {
    Frame frame = frame(title(key), "", node);
    String path = GroupPath.pushed(key.labels(), settings.names());
    GroupView group =
        GroupView.read(
            snapshot,
            key,
            GroupView.Asked.read(parameters),
            path == null ? null : pushUrl + path,
            frame.now());
    boolean isFragment = parameters.containsKey("fragment");
    if (group == null) {
      String message = "There is no such group. Perhaps it was deleted.";
      return isFragment
          ? page(404, "fragment-message.jte", Map.of("message", message))
          : message(404, node, title(key), message);
    }
    return isFragment
        ? page(200, "group-content.jte", Map.of("site", site, "group", group))
        : page(200, "group.jte", Map.of("frame", frame, "group", group));
  }

  private static String title(GroupKey key) {
    return new Label("job", key.label("job")).brief();
  }

  /** Returns the question whether to delete a group, for browsers without JavaScript. */
  public Page confirmDelete(Node node, GroupKey key) {
    Frame frame = frame("Delete " + title(key), "", node);
    List<Label> labels = new ArrayList<>();
    labels.add(new Label("job", key.label("job")));
    labels.addAll(GroupRow.others(key));
    return page(
        200,
        "confirm-delete.jte",
        Map.of("frame", frame, "labels", labels, "path", GroupPath.of(key.labels())));
  }

  /** Returns the question whether to delete all groups. */
  public Page confirmWipe(Node node, Exposition exposition) {
    Frame frame = frame("Delete all groups", "", node);
    String count = Numbers.counted(exposition.groups(), "group");
    return page(200, "confirm-wipe.jte", Map.of("frame", frame, "count", count));
  }

  /**
   * Returns the question whether to delete the groups of a search.
   *
   * @param count how many groups the search finds
   * @param before how many groups an earlier question named; null for the first question
   */
  public Page confirmFound(
      Node node, Map<String, String> parameters, int count, @Nullable Integer before) {
    FoundGroups found = FoundGroups.of(GroupQuery.read(parameters), count, before);
    Frame frame = frame("Delete the groups found", "", node);
    return page(
        before == null ? 200 : 409, "confirm-found.jte", Map.of("frame", frame, "found", found));
  }

  /** Returns whether the search of the list leaves any group out. */
  public static boolean isFiltered(Map<String, String> parameters) {
    return GroupQuery.read(parameters).isFiltered();
  }

  /** Selects the groups on all pages of the list. */
  public SelectedGroups select(Exposition exposition, Map<String, String> parameters) {
    return GroupSearch.select(exposition, GroupQuery.read(parameters), clock.instant());
  }

  /** Returns a page with one sentence. */
  public Page message(int status, Node node, String title, String message) {
    return page(status, "message.jte", Map.of("frame", frame(title, "", node), "message", message));
  }

  /** Returns the page about the node. */
  public Page status(Node node, Storage storage) {
    Frame frame = frame("Status", STATUS, node);
    StatusView status =
        new StatusView(
            labels(settings.build()),
            storage(node, storage),
            labels(settings.flags()),
            frame.age(settings.startedAt()));
    return page(200, "status.jte", Map.of("frame", frame, "status", status));
  }

  private static List<Label> storage(Node node, Storage storage) {
    Exposition exposition = storage.exposition();
    String refused = node.refusal();
    return List.of(
        new Label("Directory", storage.path()),
        new Label("On the disk", Numbers.bytes(storage.bytes())),
        new Label("Takes pushes", refused == null ? "yes" : "no: " + refused),
        new Label("Waiting changes", Numbers.grouped(storage.queued())),
        new Label("Groups", Numbers.grouped(exposition.groups())),
        new Label("Series", Numbers.grouped(exposition.series())),
        new Label("Shadowed series", Numbers.grouped(exposition.shadowedSeries())));
  }

  private static List<Label> labels(Map<String, String> map) {
    return map.entrySet().stream()
        .map(entry -> new Label(entry.getKey(), entry.getValue()))
        .toList();
  }

  private Frame frame(String title, String tab, Node node) {
    return new Frame(title, tab, site, node, clock.instant());
  }

  private Page page(int status, String template, Map<String, @Nullable Object> parameters) {
    Utf8ByteOutput out = new Utf8ByteOutput();
    templates.render(template, parameters, out);
    return new Page(status, out.toByteArray());
  }
}
