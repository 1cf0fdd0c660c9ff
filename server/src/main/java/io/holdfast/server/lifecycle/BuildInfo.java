package io.holdfast.server.lifecycle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The version of Holdfast that runs. */
public final class BuildInfo {
  private BuildInfo() {}

  /** Returns the version from the jar's manifest; {@code dev} if the classes are not in a jar. */
  public static String version() {
    @Nullable String version = BuildInfo.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /**
   * Returns the build labels of the Pushgateway, as far as they are known. Java's version stands in
   * for Go's.
   */
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
