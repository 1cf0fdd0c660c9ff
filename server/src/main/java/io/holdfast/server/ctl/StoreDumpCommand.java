package io.holdfast.server.ctl;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreInspection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints all groups of a store. */
@CommandLine.Command(
    name = "dump",
    description =
        "Prints all groups in the text format (with notes as comments), or in JSON. The node that"
            + " uses the store must not run.")
final class StoreDumpCommand implements Command {
  private final Console console;

  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "<directory>",
      description = "The node's --storage.path.")
  private String directory = "";

  StoreDumpCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    boolean isJson = output.isJson();
    try (StoreInspection store = StoreInspection.open(StoreCheckCommand.directory(directory))) {
      if (isJson) {
        try (JsonGenerator json = Json.generator(console.out())) {
          InJson receiver = new InJson(json);
          json.writeStartArray();
          store.read(receiver);
          receiver.end();
          json.writeEndArray();
        }
        console.print("");
      } else {
        store.read(new InText(console));
      }
    } catch (StoreException e) {
      throw Failure.of(String.valueOf(e.getMessage()));
    }
    console.out().flush();
    return ExitCodes.OK;
  }

  private static byte[] header(MetricFamily family) {
    return TextWriter.header(
        family.getName(),
        family.hasHelp() ? family.getHelp() : null,
        family.getType(),
        EscapingScheme.ALLOW_UTF8);
  }

  private static byte[] samples(MetricFamily family) {
    return TextWriter.samples(
        family.getName(), family.getType(), family.getMetricList(), EscapingScheme.ALLOW_UTF8);
  }

  /** Prints groups with notes in comments. */
  private record InText(Console console) implements StoreInspection.Receiver<IOException> {
    @Override
    public void group(StoreInspection.Found group) throws IOException {
      console.print("# " + Table.printable("group " + group.key()));
      note("last push: ", group.lastPush().map(Instant::toString));
      if (!group.isLastPushSuccessful()) {
        note("last push failed: ", group.lastFailure().map(Instant::toString));
        note("reason: ", group.failureReason());
      }
      note("expires: ", group.expiresAt().map(Instant::toString));
    }

    private void note(String what, Optional<String> value) throws IOException {
      if (value.isPresent()) {
        console.print("# " + Table.printable(what + value.get()));
      }
    }

    @Override
    public void family(MetricFamily family) throws IOException {
      console.out().write(header(family));
      console.out().write(samples(family));
    }
  }

  /** Writes one object for each group, with its families in the text format. */
  private static final class InJson implements StoreInspection.Receiver<IOException> {
    private final JsonGenerator json;
    private boolean isWithinGroup;

    InJson(JsonGenerator json) {
      this.json = json;
    }

    @Override
    public void group(StoreInspection.Found group) throws IOException {
      end();
      isWithinGroup = true;
      json.writeStartObject();
      json.writeObjectFieldStart("labels");
      for (Map.Entry<String, String> label : group.key().labels().entrySet()) {
        json.writeStringField(label.getKey(), label.getValue());
      }
      json.writeEndObject();
      field("last_push", group.lastPush().map(Instant::toString).orElse(null));
      field("last_push_failure", group.lastFailure().map(Instant::toString).orElse(null));
      json.writeBooleanField("last_push_successful", group.isLastPushSuccessful());
      if (!group.isLastPushSuccessful()) {
        field("last_push_failure_reason", group.failureReason().orElse(null));
      }
      field("expires_at", group.expiresAt().map(Instant::toString).orElse(null));
      json.writeArrayFieldStart("families");
    }

    private void field(String name, @Nullable String value) throws IOException {
      if (value != null) {
        json.writeStringField(name, value);
      }
    }

    @Override
    public void family(MetricFamily family) throws IOException {
      json.writeString(
          new String(header(family), StandardCharsets.UTF_8)
              + new String(samples(family), StandardCharsets.UTF_8));
    }

    void end() throws IOException {
      if (isWithinGroup) {
        json.writeEndArray();
        json.writeEndObject();
      }
      isWithinGroup = false;
    }
  }
}
