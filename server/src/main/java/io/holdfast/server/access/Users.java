package io.holdfast.server.access;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * The users and their password hashes. Each user may do everything. Without any user, every client
 * may do everything. Immutable; any thread may use it.
 */
public final class Users {
  private static final int LOWEST_COST = 10;

  private final Map<String, PasswordHash> hashes;
  private final PasswordHash nobodys;

  /** The cost of the most expensive hash. Every wrong password costs this much. */
  private final int cost;

  /**
   * Creates the set of users.
   *
   * @param hashes by the user's name
   */
  public Users(Map<String, PasswordHash> hashes) {
    this.hashes =
        hashes.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(e -> bytes(e.getKey()), Map.Entry::getValue));
    this.cost = hashes.values().stream().mapToInt(PasswordHash::cost).max().orElse(LOWEST_COST);
    this.nobodys = PasswordHash.nobodys(cost);
  }

  /**
   * Returns the name's UTF-8, one char for each byte. Practically every client sends names in
   * UTF-8; see {@link Credentials#user}.
   */
  private static String bytes(String name) {
    return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  public boolean isEmpty() {
    return hashes.isEmpty();
  }

  /** Returns advice to the operator about the hashes, one sentence each. */
  public List<String> advice() {
    List<String> advice = new ArrayList<>();
    int cheapest = hashes.values().stream().mapToInt(PasswordHash::cost).min().orElse(cost);
    if (cheapest != cost) {
      advice.add(
          "bcrypt costs differ (%d to %d): wrong passwords of every user take as long as the dearest; give all one cost"
              .formatted(cheapest, cost));
    }
    if (cheapest < LOWEST_COST) {
      advice.add(
          "a bcrypt cost of %d is quick to guess (expected: at least %d)"
              .formatted(cheapest, LOWEST_COST));
    }
    return advice;
  }

  /**
   * Returns whether the credentials are a user's name and password. Takes long, so only the threads
   * of {@link PasswordChecks} call this method. A wrong password takes as long as the most
   * expensive hash, for every user. So the time does not reveal which users exist.
   *
   * @param work told the cost of each bcrypt run; a cost of one more is twice the work
   */
  boolean areRight(Credentials credentials, PasswordHash hash, IntConsumer work) {
    work.accept(hash.cost());
    if (hash.matches(credentials.password()) && hashes.containsKey(credentials.user())) {
      return true;
    }
    // 2^c + 2^c + 2^(c+1) + ... + 2^(d-1) = 2^d
    for (int missing = hash.cost(); missing < cost; missing++) {
      work.accept(missing);
      var unused = PasswordHash.nobodys(missing).matches(credentials.password());
    }
    return false;
  }

  /**
   * Returns the hash to check a user's password against. The hash of an unknown user costs as much
   * as the most expensive one, and the check fails.
   */
  PasswordHash hashOf(String user) {
    return hashes.getOrDefault(user, nobodys);
  }
}
