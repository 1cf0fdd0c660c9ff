package io.holdfast.server.access;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/** Who may do everything. Nobody in it means that everybody may. */
public final class Users {
  private static final int LOWEST_COST = 10;

  private final Map<String, PasswordHash> hashes;
  private final PasswordHash nobodys;

  /**
   * @param hashes by the user's name
   */
  public Users(Map<String, PasswordHash> hashes) {
    this.hashes =
        hashes.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(e -> bytes(e.getKey()), Map.Entry::getValue));
    this.nobodys =
        PasswordHash.nobodys(
            hashes.values().stream().mapToInt(PasswordHash::cost).max().orElse(LOWEST_COST));
  }

  /** Names come in UTF-8 from any client worth its name; see {@link Credentials#user}. */
  private static String bytes(String name) {
    return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  public boolean isEmpty() {
    return hashes.isEmpty();
  }

  boolean has(String user) {
    return hashes.containsKey(user);
  }

  /** What a user's password is checked against: an unknown one's costs as much, and fails. */
  PasswordHash hashOf(String user) {
    return hashes.getOrDefault(user, nobodys);
  }
}
