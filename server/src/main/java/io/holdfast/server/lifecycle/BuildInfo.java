package io.holdfast.server.lifecycle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which Holdfast this is. */
public final class BuildInfo {
  private BuildInfo() {}

  /** As the jar's manifest has it; {@code dev} when the classes don't come from a jar. */
  public static String version() {
    @Nullable String version = BuildInfo.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /** What the Pushgateway tells of its build, as far as it is known; without Go, there is Java. */
  public static Map<String, String> labels() {
    return Map.of(
        "version", version(),
        "revision", "",
        "branch", "",
        "buildUser", "",
        "buildDate", "",
        "goVersion", "",
        "javaVersion", Runtime.version().toString());
  }
}
