package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.config.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MOST = 1_000;

  private final List<Limit> exceeded = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private long now;
  private long replaced;
  private final Answers answers =
      new Answers(MOST, Duration.ofMinutes(1), exceeded::add, () -> now);

  AnswersTest() {
    answers.follow(() -> replaced);
  }

  private Answers.Client client(String name) {
    return client(name, Long.MAX_VALUE);
  }

  private Answers.Client client(String name, long idleNanos) {
    return new Answers.Client() {
      @Override
      public long idleNanos() {
        return idleNanos;
      }

      @Override
      public void close() {
        closed.add(name);
      }
    };
  }

  @Test
  void unreadBytesBeyondTheLimit_closeTheSlowest() {
    Answers.Answer slowest = answers.begin(client("slowest"), 400);
    now = SECOND;
    Answers.Answer reader = answers.begin(client("reader"), 400);
    now = 4 * SECOND;
    reader.holds(500);
    answers.begin(client("newcomer"), 200);
    assertEquals(List.of("slowest"), closed);
    assertEquals(List.of(Limit.UNREAD_BYTES), exceeded);
    assertEquals(700, answers.heldBytes());
    slowest.end();
    assertEquals(700, answers.heldBytes());
    assertTrue(answers.hasRoom());
  }

  @Test
  void unreadBytesOfQuickReaders_closeNobody_andLetNobodyIn() {
    answers.begin(client("one"), 600);
    answers.begin(client("other"), 600);
    assertEquals(List.of(), closed);
    assertFalse(answers.hasRoom());
  }

  @Test
  void oldGroups_goWithTheOldestReader() {
    answers.begin(client("old"), replaced, false);
    replaced = 1_500;
    now = SECOND;
    answers.begin(client("younger"), replaced, false);
    replaced = 2_500;
    answers.makeRoom();
    assertEquals(List.of(), closed, "all are younger than they must be");
    now = 4 * SECOND;
    answers.makeRoom();
    assertEquals(List.of("old"), closed);
    assertEquals(1_000, answers.oldGroupBytes());
  }

  @Test
  void snapshots_haveANumber() {
    for (int i = 0; i < 64; i++) {
      answers.begin(client("s" + i), replaced, true);
      now++;
    }
    assertFalse(answers.hasRoom());
    now += 3 * SECOND;
    assertTrue(answers.hasRoom());
    assertEquals(List.of("s0"), closed);
  }

  @Test
  void clientThatTakesNoByte_isClosedAfterTheWriteTimeout() {
    answers.begin(client("stalled", 61 * SECOND), 1);
    answers.begin(client("dripping", SECOND), 1);
    now = 59 * SECOND;
    answers.endOverdue();
    assertEquals(List.of(), closed);
    now = 61 * SECOND;
    answers.endOverdue();
    assertEquals(List.of("stalled"), closed);
    assertEquals(List.of(Limit.WRITE_TIME), exceeded);
  }
}
