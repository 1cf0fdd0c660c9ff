package io.holdfast.server.access;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bounded memory of answers to earlier checks. Right and wrong answers are stored apart, so
 * that wrong answers never push out right ones. Confined to its owner's lock.
 */
final class KnownAnswers<K> {
  private final Map<K, Boolean> right;
  private final Map<K, Boolean> wrong;

  KnownAnswers(int maxRight, int maxWrong) {
    right = latest(maxRight);
    wrong = latest(maxWrong);
  }

  @Nullable Boolean find(K key) {
    Boolean found = right.get(key);
    return found != null ? found : wrong.get(key);
  }

  void add(K key, boolean answer) {
    (answer ? right : wrong).put(key, answer);
  }

  private static <K> Map<K, Boolean> latest(int maxSize) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, Boolean> eldest) {
        return size() > maxSize;
      }
    };
  }
}
