package io.holdfast.cluster.replication;

import io.holdfast.storage.Exposition;
import io.holdfast.storage.ExpositionReader;
import io.holdfast.storage.GroupReader;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.StoredFamily;
import io.holdfast.storage.StoredGroup;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each job's gauges {@code value} and {@code other} are, as a reader sees them. */
final class ShownValues {
  private ShownValues() {}

  /** Returns the key of a job's gauge {@code other}; that of {@code value} is the job. */
  static String other(String job) {
    return job + " other";
  }

  static Map<String, Integer> of(Exposition exposition) {
    Map<String, Integer> values = new HashMap<>();
    for (String line : text(exposition).split("\n", -1)) {
      if (line.startsWith("value{") || line.startsWith("other{")) {
        int from = line.indexOf("job=\"") + 5;
        String job = line.substring(from, line.indexOf('"', from));
        String key = line.startsWith("other") ? other(job) : job;
        values.put(key, (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
      }
    }
    return values;
  }

  /** Closes the snapshot. */
  static Map<String, Integer> of(Snapshot snapshot) {
    Map<String, Integer> values = new HashMap<>();
    try (snapshot;
        GroupReader groups = snapshot.groups()) {
      for (StoredGroup group = groups.next(); group != null; group = groups.next()) {
        for (StoredFamily each = groups.nextFamily(); each != null; each = groups.nextFamily()) {
          if (each.name().equals("value") || each.name().equals("other")) {
            int value = (int) each.metrics().next().getGauge().getValue();
            String job = group.key().labels().get("job");
            values.put(each.name().equals("other") ? other(job) : job, value);
          }
        }
      }
    }
    return values;
  }

  static String text(Exposition exposition) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ExpositionReader reader = exposition.text(List.of())) {
      for (ByteBuffer piece = reader.next(); piece != null; piece = reader.next()) {
        byte[] part = new byte[piece.remaining()];
        piece.get(part);
        bytes.writeBytes(part);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
