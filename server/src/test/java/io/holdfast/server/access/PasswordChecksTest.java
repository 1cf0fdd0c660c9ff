package io.holdfast.server.access;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.holdfast.server.access.PasswordChecks.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordChecksTest {
  private static final Users USERS = users(4, "alice", "right");

  private final AtomicInteger checked = new AtomicInteger();
  private final PasswordChecks checks = new PasswordChecks(2, checked::incrementAndGet);

  @AfterEach
  void close() {
    checks.close();
  }

  @Test
  void firstAnswer_isFoundOut_laterOnesAreKnown() {
    assertEquals(Answer.RIGHT, found(USERS, "alice", "right"));
    assertEquals(Answer.WRONG, found(USERS, "alice", "wrong"));
    assertEquals(2, checked.get());

    assertEquals(Answer.RIGHT, check(USERS, "alice", "right"));
    assertEquals(Answer.WRONG, check(USERS, "alice", "wrong"));
    assertEquals(2, checked.get());
  }

  @Test
  void unknownUser_costsACheckToo() {
    assertEquals(Answer.WRONG, found(USERS, "bob", "right"));
    assertEquals(1, checked.get());
  }

  @Test
  void newHash_forgetsTheOldPassword() {
    assertEquals(Answer.RIGHT, found(USERS, "alice", "right"));

    Users changed = users(4, "alice", "new");

    assertEquals(Answer.WRONG, found(changed, "alice", "right"));
    assertEquals(Answer.RIGHT, found(changed, "alice", "new"));
    assertEquals(Answer.WRONG, found(users(4, "bob", "right"), "alice", "right"));
  }

  @Test
  void nameAndPassword_areNotConfused() {
    Users users = users(4, "a", "bc");
    assertEquals(Answer.RIGHT, found(users, "a", "bc"));
    assertEquals(Answer.WRONG, found(users, "ab", "c"));
  }

  @Test
  void sameCredentials_atTheSameTime_areCheckedOnce() throws InterruptedException {
    CountDownLatch held = hold();
    ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 100; i++) {
      assertEquals(
          Answer.LATER, checks.check(USERS, credentials("alice", "right"), "x", answers::add));
    }
    held.countDown();

    await().until(() -> answers.size() == 100);
    assertTrue(answers.stream().allMatch(answer -> answer == Answer.RIGHT), answers::toString);
    assertEquals(2, checked.get());
  }

  @Test
  void flood_isBounded_andDelaysNeitherTheKnownNorStrangersFromElsewhere()
      throws InterruptedException {
    assertEquals(Answer.RIGHT, found(USERS, "alice", "right"));
    CountDownLatch held = hold();
    List<String> order = new CopyOnWriteArrayList<>();
    int queued = 0;
    for (int i = 0; i < 1000; i++) {
      Answer answer =
          checks.check(USERS, credentials("alice", "wrong" + i), "flood", a -> order.add("flood"));
      queued += answer == Answer.LATER ? 1 : 0;
      assertTrue(answer == Answer.LATER || answer == Answer.TOO_MANY, answer::name);
    }
    assertEquals(PasswordChecks.MAX_WAITING_OF_ADDRESS, queued);
    assertEquals(Answer.RIGHT, check(USERS, "alice", "right"));
    Users more = users(4, "bob", "secret");
    assertEquals(
        Answer.LATER,
        checks.check(more, credentials("bob", "secret"), "elsewhere", a -> order.add("bob " + a)));
    held.countDown();

    await().until(() -> order.size() == PasswordChecks.MAX_WAITING_OF_ADDRESS + 1);
    assertTrue(order.indexOf("bob RIGHT") <= 1, order::toString);
  }

  @Test
  void manyAddresses_areBoundedTogether() throws InterruptedException {
    CountDownLatch held = hold();
    int queued = 0;
    for (int i = 0; i < 1000; i++) {
      Answer answer = checks.check(USERS, credentials("alice", "wrong" + i), "from " + i, a -> {});
      queued += answer == Answer.LATER ? 1 : 0;
    }
    held.countDown();

    assertEquals(PasswordChecks.MAX_WAITING, queued);
    await().until(() -> checks.waiting() == 0);
  }

  @Test
  void anyNumberOfWrongAnswers_leavesTheRightOnesKnown() {
    assertEquals(Answer.RIGHT, found(USERS, "alice", "right"));
    KnownAnswers<String> known = new KnownAnswers<>(2, 3);
    known.add("right", true);
    for (int i = 0; i < 100; i++) {
      known.add("wrong" + i, false);
    }

    assertEquals(true, known.find("right"));
    assertEquals(false, known.find("wrong99"));
    assertEquals(null, known.find("wrong96"));
  }

  /** Keeps the only thread busy until it is let go. */
  private CountDownLatch hold() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    checks.check(
        USERS,
        credentials("nobody", "hold"),
        "hold",
        answer -> {
          begun.countDown();
          try {
            held.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    begun.await();
    return held;
  }

  private Answer found(Users users, String user, String password) {
    ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    assertEquals(Answer.LATER, checks.check(users, credentials(user, password), "x", answers::add));
    await().until(() -> !answers.isEmpty());
    return answers.poll();
  }

  private Answer check(Users users, String user, String password) {
    return checks.check(
        users,
        credentials(user, password),
        "x",
        answer -> {
          throw new AssertionError("was told later");
        });
  }

  /** Work doubles with each cost, so the sum tells the time that a client may measure. */
  @Test
  void wrongPassword_costsAsMuch_whicheverUserItIsTriedFor() {
    Users users =
        new Users(
            Map.of(
                "cheap", hash(4, "right"), "middle", hash(5, "right"), "dear", hash(7, "right")));
    for (String user : List.of("cheap", "middle", "dear", "nobody")) {
      long[] work = new long[1];
      Credentials wrong = credentials(user, "wrong");
      assertFalse(users.areRight(wrong, users.hashOf(user), cost -> work[0] += 1L << cost));
      assertEquals(1L << 7, work[0], user);
    }
    Credentials right = credentials("cheap", "right");
    assertTrue(users.areRight(right, users.hashOf("cheap"), cost -> {}));
  }

  @Test
  void costsThatDiffer_orAreLow_areAdvisedAgainst() {
    assertEquals(List.of(), new Users(Map.of()).advice());
    assertEquals(List.of(), new Users(Map.of("a", hash(10, "x"), "b", hash(10, "y"))).advice());
    List<String> advice = new Users(Map.of("a", hash(4, "x"), "b", hash(5, "y"))).advice();
    assertEquals(2, advice.size());
    assertTrue(advice.get(0).startsWith("bcrypt costs differ (4 to 5)"), advice::toString);
    assertTrue(advice.get(1).startsWith("a bcrypt cost of 4 is quick to guess"), advice::toString);
  }

  private static Credentials credentials(String user, String password) {
    return new Credentials(user, password.getBytes(StandardCharsets.UTF_8));
  }

  private static Users users(int cost, String name, String password) {
    return new Users(Map.of(name, hash(cost, password)));
  }

  private static PasswordHash hash(int cost, String password) {
    return new PasswordHash(BCrypt.withDefaults().hashToString(cost, password.toCharArray()));
  }
}
