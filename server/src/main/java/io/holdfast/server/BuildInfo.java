package io.holdfast.server;

import org.jspecify.annotations.Nullable;

/** Which Holdfast this is. */
final class BuildInfo {
  private BuildInfo() {}

  /** As the jar's manifest has it; {@code dev} when the classes don't come from a jar. */
  static String version() {
    @Nullable String version = BuildInfo.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
