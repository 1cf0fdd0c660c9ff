package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ClusterStatus.Copying;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.server.browsers.CrossOrigin;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.lifecycle.Health;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.storage.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The handler that shows the cluster, as this node sees it, in JSON. A value that is unknown or
 * does not apply is null.
 */
public final class ClusterHandler {
  private static final JsonFactory JSON = new JsonFactory();

  private final Supplier<ClusterStatus> cluster;
  private final Health health;
  private final SelfMetrics metrics;
  private final CrossOrigin origins;

  public ClusterHandler(
      Supplier<ClusterStatus> cluster, Health health, SelfMetrics metrics, CrossOrigin origins) {
    this.origins = origins;
    this.cluster = cluster;
    this.health = health;
    this.metrics = metrics;
  }

  public void handle(Exchange exchange) {
    byte[] body = json(cluster.get(), health.unready().map(Refusal::text).orElse(null));
    origins.allow(exchange);
    metrics.requestAnswered("api/v1/cluster", exchange.method(), 200);
    exchange.answer(200, "application/json", body);
  }

  private static byte[] json(ClusterStatus status, @Nullable String unready) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("status", "success");
      json.writeObjectFieldStart("data");
      json.writeObjectFieldStart("node");
      json.writeStringField("name", status.name());
      json.writeStringField("id", status.id());
      json.writeBooleanField("ready", unready == null);
      json.writeStringField("reason", unready);
      json.writeEndObject();
      json.writeNumberField("size", status.size());
      json.writeNumberField("write_quorum", status.writeQuorum());
      json.writeBooleanField("has_quorum", status.hasQuorum());
      json.writeArrayFieldStart("members");
      for (Member member : status.members()) {
        write(json, member);
      }
      json.writeEndArray();
      json.writeFieldName("copying");
      write(json, status.copying());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator json, Member member) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", member.name());
    json.writeStringField("id", member.id());
    json.writeStringField("address", member.address());
    json.writeStringField("state", member.state().name().toLowerCase(Locale.ROOT));
    json.writeStringField("reason", member.unready().isEmpty() ? null : member.unready());
    json.writeNumberField("lag_changes", member.lagChanges());
    json.writeNumberField("lag_seconds", member.lagSeconds());
    if (member.comparedSecondsAgo() < 0) {
      json.writeNullField("compared_seconds_ago");
    } else {
      json.writeNumberField("compared_seconds_ago", member.comparedSecondsAgo());
    }
    json.writeNumberField("divergent_buckets", member.divergentBuckets());
    if (Double.isNaN(member.clockOffsetSeconds())) {
      json.writeNullField("clock_offset_seconds");
    } else {
      json.writeNumberField("clock_offset_seconds", member.clockOffsetSeconds());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable Copying copying) throws IOException {
    if (copying == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("from", copying.from());
    json.writeNumberField("copied", copying.copied());
    json.writeNumberField("found", copying.found());
    json.writeEndObject();
  }
}
