package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.cluster.Changes;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class OutboxTest {
  private static final long LOG = 7;

  private final Outbox outbox = new Outbox();

  @Test
  void onlyOneBatch_isUnderWay() {
    add(1, 3);
    Changes batch = next();
    assertEquals(List.of(LOG, 1L, 3L), List.of(batch.getLogId(), batch.getFirst(), count(batch)));
    add(4, 2);
    assertNull(outbox.next());

    outbox.arrived(batch);
    batch = next();
    assertEquals(List.of(4L, 2L), List.of(batch.getFirst(), count(batch)));
    outbox.arrived(batch);
    assertNull(outbox.next());
  }

  @Test
  void failedBatch_isSentAgainWithWhatCameMeanwhile() {
    add(1, 2);
    Changes batch = next();
    add(3, 1);
    outbox.failed(batch);
    batch = next();
    assertEquals(List.of(1L, 3L), List.of(batch.getFirst(), count(batch)));
  }

  @Test
  void batch_hasABoundedNumberOfChangesAndBytes() {
    add(1, 513);
    assertEquals(512, count(next()));

    Outbox large = new Outbox();
    assertTrue(large.add(LOG, 1, Collections.nCopies(3, new byte[600_000])));
    assertEquals(1, count(Objects.requireNonNull(large.next())));
  }

  @Test
  void changeLargerThanABatch_isSentAlone() {
    assertTrue(outbox.add(LOG, 1, Collections.nCopies(2, new byte[2 << 20])));
    assertEquals(1, count(next()));
  }

  @Test
  void overflow_dropsAllAndStartsBehindTheGap() {
    add(1, Outbox.MAX_CHANGES);
    Changes batch = next();
    assertFalse(outbox.add(LOG, Outbox.MAX_CHANGES + 1, List.of(new byte[1])));
    assertEquals(Long.MAX_VALUE, outbox.firstUnacknowledged(LOG));

    add(Outbox.MAX_CHANGES + 2, 1);
    // The late word of a batch that was dropped.
    outbox.arrived(batch);
    outbox.failed(batch);
    assertEquals(Outbox.MAX_CHANGES + 2, next().getFirst());
  }

  @Test
  void bytes_areBounded() {
    assertTrue(outbox.add(LOG, 1, Collections.nCopies(16, new byte[1 << 20])));
    assertFalse(outbox.add(LOG, 17, List.of(new byte[1])));
  }

  @Test
  void newLog_replacesTheOldOne() {
    add(1, 2);
    assertTrue(outbox.add(LOG + 1, 1, List.of(new byte[1])));
    assertEquals(Long.MAX_VALUE, outbox.firstUnacknowledged(LOG));
    assertEquals(1, outbox.firstUnacknowledged(LOG + 1));
    assertEquals(LOG + 1, next().getLogId());
  }

  @Test
  void firstUnacknowledged_movesWhenABatchArrives() {
    add(1, 2);
    Changes batch = next();
    add(3, 1);
    assertEquals(1, outbox.firstUnacknowledged(LOG));
    outbox.arrived(batch);
    assertEquals(3, outbox.firstUnacknowledged(LOG));
  }

  private void add(long first, int count) {
    assertTrue(outbox.add(LOG, first, Collections.nCopies(count, new byte[1])));
  }

  private Changes next() {
    return Objects.requireNonNull(outbox.next());
  }

  private static long count(Changes batch) {
    return batch.getStatesCount();
  }
}
