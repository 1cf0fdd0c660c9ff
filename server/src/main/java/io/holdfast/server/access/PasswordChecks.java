package io.holdfast.server.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checker of passwords, with its own threads. A check is slow on purpose.
 *
 * <h2>Guarantees during a flood of wrong passwords</h2>
 *
 * <ul>
 *   <li>Threads that serve requests stay free: they only look whether the answer is known.
 *   <li>Known clients are not delayed. Right credentials are known from their first check on, and
 *       wrong ones do not push them out.
 *   <li>Memory is bounded, because the queue is bounded.
 *   <li>New clients at other addresses are delayed little, because addresses take turns.
 * </ul>
 *
 * <p>Equal credentials that arrive at the same time are checked once, however many requests bring
 * them.
 *
 * <h2>What stays secret</h2>
 *
 * A client cannot find out whether a user exists. Every wrong password costs as much as the most
 * expensive user's password. That holds for cheaper users and for unknown users. All checks wait in
 * one queue, and all answers are remembered in one way.
 *
 * <p>Concurrency: any thread may call {@link #check}. One lock guards all state, and no thread
 * holds the lock during a check. Consumers run on the threads of this class and must hand over at
 * once.
 */
public final class PasswordChecks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PasswordChecks.class);
  private static final int MAX_KNOWN_RIGHT = 4096;
  private static final int MAX_KNOWN_WRONG = 1024;

  /** The bound on waiting checks. At a cost of 10, a thread does about 20 checks a second. */
  static final int MAX_WAITING = 256;

  /** The bound on waiting checks of one address. */
  static final int MAX_WAITING_OF_ADDRESS = 32;

  /** The bound on requests that wait for one check. */
  static final int MAX_REQUESTS = 1024;

  private static final int MAX_THREADS = 4;

  /** The answer about credentials. */
  public enum Answer {
    RIGHT,
    WRONG,
    /** The check is under way. The consumer will be told. */
    LATER,
    /** Too many checks are under way. The consumer will not be told. */
    TOO_MANY
  }

  private final CredentialsKey.Maker keys = new CredentialsKey.Maker();
  private final ExecutorService threads;
  private final Runnable checked;
  private final FairQueue<Check> queue = new FairQueue<>(MAX_WAITING, MAX_WAITING_OF_ADDRESS);
  private final Map<CredentialsKey, Check> underWay = new HashMap<>();
  private final KnownAnswers<CredentialsKey> known =
      new KnownAnswers<>(MAX_KNOWN_RIGHT, MAX_KNOWN_WRONG);

  /**
   * Creates the checker and its threads.
   *
   * @param checked run after each check
   */
  public PasswordChecks(int processors, Runnable checked) {
    this.checked = checked;
    AtomicInteger number = new AtomicInteger();
    // At most half of the processors. The other half serves clients with known credentials.
    this.threads =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(MAX_THREADS, processors / 2)),
            task -> {
              Thread thread = new Thread(task, "passwords-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** One check, with the requests that wait for it. */
  private record Check(
      CredentialsKey key,
      Credentials credentials,
      Users users,
      PasswordHash hash,
      List<Consumer<Answer>> waiting) {}

  /**
   * Returns whether the credentials are a user's name and password.
   *
   * @param address that the credentials come from
   * @param later told RIGHT or WRONG, once, only if the answer is LATER
   */
  public Answer check(
      Users users, Credentials credentials, String address, Consumer<Answer> later) {
    PasswordHash hash = users.hashOf(credentials.user());
    CredentialsKey key = keys.of(credentials, hash);
    synchronized (this) {
      Boolean isRight = known.find(key);
      if (isRight != null) {
        return isRight ? Answer.RIGHT : Answer.WRONG;
      }
      Check same = underWay.get(key);
      if (same != null) {
        if (same.waiting().size() == MAX_REQUESTS) {
          return Answer.TOO_MANY;
        }
        same.waiting().add(later);
        return Answer.LATER;
      }
      Check check = new Check(key, credentials, users, hash, new ArrayList<>());
      if (!queue.offer(address, check)) {
        return Answer.TOO_MANY;
      }
      check.waiting().add(later);
      underWay.put(key, check);
    }
    try {
      threads.execute(this::checkNext);
    } catch (RejectedExecutionException e) {
      // Closed in the meantime. No consumer is told anything any more.
      log.debug("a password came after the end");
    }
    return Answer.LATER;
  }

  /** Returns the number of checks that wait or are under way. */
  public synchronized int waiting() {
    return underWay.size();
  }

  /** Makes one check. Called once for each check in the queue. */
  private void checkNext() {
    Check check = next();
    if (check == null) {
      return;
    }
    Boolean isRight = null;
    try {
      isRight = check.users().areRight(check.credentials(), check.hash(), cost -> {});
      checked.run();
    } catch (RuntimeException e) {
      log.error("password check failed", e);
    }
    Answer answer = Boolean.TRUE.equals(isRight) ? Answer.RIGHT : Answer.WRONG;
    end(check, isRight).forEach(waiting -> tell(waiting, answer));
  }

  private synchronized @Nullable Check next() {
    return queue.poll();
  }

  private synchronized List<Consumer<Answer>> end(Check check, @Nullable Boolean isRight) {
    if (isRight != null) {
      known.add(check.key(), isRight);
    }
    underWay.remove(check.key());
    return check.waiting();
  }

  private static void tell(Consumer<Answer> waiting, Answer answer) {
    try {
      waiting.accept(answer);
    } catch (RuntimeException e) {
      log.error("internal error after a password check; request failed", e);
    }
  }

  /** Ends all checks. Requests that still wait are told nothing more. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
