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
 * Checks passwords, which takes long on purpose, on threads of its own.
 *
 * <h2>What a flood of wrong passwords cannot do</h2>
 *
 * Take the threads that serve requests: they only look whether the answer is known, and leave.
 * Delay who has been here before: right credentials are known from the first check on, and wrong
 * ones do not push them out. Take memory: what waits is bounded. Delay strangers from elsewhere
 * much: addresses take turns. The same credentials are checked once, however many requests bring
 * them at the same time.
 *
 * <h2>What nobody learns</h2>
 *
 * Whether a user exists: a wrong password costs as much as that of the most expensive user, whether
 * the user is cheaper or unknown, waits in the same queue, and is remembered in the same way.
 *
 * <p>Concurrency: any threads may call {@link #check}; one lock guards all state and is never held
 * during a check. Consumers run on this class's threads and must hand over at once.
 */
public final class PasswordChecks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PasswordChecks.class);
  private static final int MAX_KNOWN_RIGHT = 4096;
  private static final int MAX_KNOWN_WRONG = 1024;

  /** What is waiting at most; at a cost of 10 a thread does about 20 checks a second. */
  static final int MAX_WAITING = 256;

  /** Of one address. */
  static final int MAX_WAITING_OF_ADDRESS = 32;

  /** Requests that wait for one and the same check. */
  static final int MAX_REQUESTS = 1024;

  private static final int MAX_THREADS = 4;

  /** What is known about credentials. */
  public enum Answer {
    RIGHT,
    WRONG,
    /** It is being found out, and will be told. */
    LATER,
    /** Too many are being found out: it never will. */
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
   * @param checked is run for each check made
   */
  public PasswordChecks(int processors, Runnable checked) {
    this.checked = checked;
    AtomicInteger number = new AtomicInteger();
    // Half of the machine at most: the other half serves who is known already.
    this.threads =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(MAX_THREADS, processors / 2)),
            task -> {
              Thread thread = new Thread(task, "passwords-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** One check, and who waits for it. */
  private record Check(
      CredentialsKey key,
      Credentials credentials,
      Users users,
      PasswordHash hash,
      List<Consumer<Answer>> waiting) {}

  /**
   * Whether these are a user's name and password.
   *
   * @param address where they come from
   * @param later is told RIGHT or WRONG, once, if the answer is LATER; and only then
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
      // Closed meanwhile: nobody is told anything any more.
      log.debug("a password came after the end");
    }
    return Answer.LATER;
  }

  /** Checks that wait, and those under way. */
  public synchronized int waiting() {
    return underWay.size();
  }

  /** One for each that was queued. */
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
      log.error("a password could not be checked", e);
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
      log.error("a request whose password was checked could not go on", e);
    }
  }

  /** Whoever still waits is told nothing more. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
