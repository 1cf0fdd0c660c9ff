package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequestThreadsTest {
  private static final int JOBS = 100;

  private final RequestThreads threads = new RequestThreads(20);
  private final List<String> ran = new CopyOnWriteArrayList<>();
  private final CountDownLatch done = new CountDownLatch(JOBS);

  @BeforeEach
  void start() throws Exception {
    threads.start();
  }

  @AfterEach
  void stop() throws Exception {
    threads.stop();
  }

  private void leave(int jobs) {
    for (int i = 0; i < jobs; i++) {
      threads.execute(
          () -> {
            ran.add("job");
            done.countDown();
          });
    }
  }

  private void awaitJobs() throws InterruptedException {
    assertTrue(done.await(30, TimeUnit.SECONDS), () -> done.getCount() + " jobs did not run");
  }

  @Test
  void jobsThatAnswersLeave_runAfterTheLastAnswer() throws Exception {
    threads
        .answering()
        .execute(
            () -> {
              leave(JOBS / 2);
              ran.add("answers");
              leave(JOBS / 2);
              ran.add("answered");
            });
    awaitJobs();
    assertEquals(List.of("answers", "answered"), ran.subList(0, 2));
    assertEquals(JOBS + 2, ran.size());
  }

  @Test
  void failedAnswers_doNotKeepTheOtherConnectionsWaiting() throws Exception {
    threads
        .answering()
        .execute(
            () -> {
              leave(JOBS);
              throw new IllegalStateException("a bug in an answer");
            });
    awaitJobs();
  }

  @Test
  void failedJob_doesNotKeepTheOthersWaiting() throws Exception {
    threads
        .answering()
        .execute(
            () -> {
              threads.execute(
                  () -> {
                    throw new IllegalStateException("a bug in a connection");
                  });
              leave(JOBS);
            });
    awaitJobs();
  }

  /** Threads that have ended, or not begun, take no job. */
  @Test
  void jobsThatNoThreadTakes_runOnTheAnsweringThread() {
    RequestThreads ended = new RequestThreads(20);
    List<Thread> ranOn = new CopyOnWriteArrayList<>();
    ended.answer(
        () -> {
          for (int i = 0; i < JOBS; i++) {
            ended.execute(() -> ranOn.add(Thread.currentThread()));
          }
        });
    assertEquals(Collections.nCopies(JOBS, Thread.currentThread()), ranOn);
  }

  @Test
  void jobOfAnotherThread_doesNotWaitForTheAnswers() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    threads
        .answering()
        .execute(
            () -> {
              try {
                assertTrue(seen.await(30, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              answered.countDown();
            });
    threads.execute(seen::countDown);
    assertTrue(answered.await(30, TimeUnit.SECONDS));
  }
}
