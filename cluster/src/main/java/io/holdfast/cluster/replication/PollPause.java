package io.holdfast.cluster.replication;

import java.time.Duration;

/**
 * The pause between two rounds of questions for scrapes that wait for the disks of peers. The pause
 * doubles from a millisecond to the length of a tick. So a short wait stays short, and a long wait
 * is cheap.
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

  /** Starts again with the shortest pause. */
  void reset() {
    pause = Timeouts.SHORTEST_PAUSE;
  }

  /** Runs the question after the pause, unless a question is already scheduled. */
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
