package io.holdfast.server.page;

import io.holdfast.storage.GroupKey;
import io.holdfast.storage.Shadows;
import io.holdfast.storage.Shadows.Shadow;
import org.jspecify.annotations.Nullable;

/**
 * The reason why series are left out of scrapes.
 *
 * @param rival the group whose series are exposed instead; null if it is not known
 * @param rivalPath the path of that group; null if it is not known
 */
record ShadowView(String reason, @Nullable String rival, @Nullable String rivalPath) {
  static ShadowView of(Shadow shadow) {
    GroupKey rival = shadow.group();
    return new ShadowView(
        reason(shadow.reason(), shadow.family()),
        rival == null ? null : rival.toString(),
        rival == null ? null : GroupPath.of(rival.labels()));
  }

  private static String reason(Shadows.Reason reason, String family) {
    return switch (reason) {
      case SAME_SERIES -> "Another group pushed the same series first";
      case OTHER_TYPE ->
          "Another group has had a metric of this name, but of another type, for longer";
      case COLLIDING_NAME ->
          "The name collides with the older " + family + ", because of a suffix such as _count";
    };
  }
}
