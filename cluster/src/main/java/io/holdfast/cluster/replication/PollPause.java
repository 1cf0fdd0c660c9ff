package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * The pause between two questions for scrapes that wait for other nodes' disks. It doubles from a
 * millisecond to the length of a tick, so that a short wait stays short and a long one is cheap.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class PollPause {
  private final EventLoop loop;
  private Duration pause = Timeouts.SHORTEST_PAUSE;
  private boolean isPausing;

  PollPause(EventLoop loop) {
    this.loop = loop;
  }

  /** Begins anew with the shortest pause. */
  void reset() {
    pause = Timeouts.SHORTEST_PAUSE;
  }

  /** Asks after the pause, unless that is coming already. */
  void ask(Runnable question) {
    if (isPausing) {
      return;
    }
    isPausing = true;
    loop.schedule(
        pause,
        () -> {
          isPausing = false;
          question.run();
        });
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(Timeouts.TICK) < 0 ? twice : Timeouts.TICK;
  }
}
