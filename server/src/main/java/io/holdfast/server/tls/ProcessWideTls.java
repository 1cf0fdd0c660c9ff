package io.holdfast.server.tls;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The settings that the JDK has for the whole process only, and only before its first handshake.
 * Equal values of this record can follow each other without a restart.
 *
 * @param legacyVersions whether TLS 1.0 and 1.1, which the JDK forbids, are wanted
 * @param curves empty for the JDK's choice; always empty on a JDK that sets curves for each
 *     connection
 */
public record ProcessWideTls(boolean legacyVersions, List<Curve> curves) {
  private static final String DISABLED = "jdk.tls.disabledAlgorithms";
  private static final String NAMED_GROUPS = "jdk.tls.namedGroups";

  /** The JDK's method for curves, which exists since JDK 20. */
  private static final @Nullable MethodHandle SET_NAMED_GROUPS = setNamedGroups();

  /** Returns the process-wide settings that a handshake needs. */
  public static ProcessWideTls neededBy(TlsSettings.Handshake handshake) {
    return new ProcessWideTls(
        handshake.versions().stream().anyMatch(TlsVersion::isLegacy),
        SET_NAMED_GROUPS == null ? handshake.curves() : List.of());
  }

  /**
   * Applies the settings. The thread that starts the node calls this method; the call has no effect
   * after the first TLS connection of the process.
   */
  public void apply() {
    if (legacyVersions) {
      String disabled = Security.getProperty(DISABLED);
      if (disabled != null) {
        Security.setProperty(DISABLED, withoutLegacyVersions(disabled));
      }
    }
    if (!curves.isEmpty()) {
      System.setProperty(
          NAMED_GROUPS, curves.stream().map(Curve::namedGroup).collect(Collectors.joining(",")));
    }
  }

  /** Sets the curves of one connection, if the JDK can. */
  static void setCurves(SSLParameters parameters, List<Curve> curves) {
    if (SET_NAMED_GROUPS != null && !curves.isEmpty()) {
      String[] names = curves.stream().map(Curve::namedGroup).toArray(String[]::new);
      try {
        SET_NAMED_GROUPS.invoke(parameters, names);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("curves cannot be set", e);
      }
    }
  }

  private static String withoutLegacyVersions(String disabled) {
    return Arrays.stream(disabled.split(",", -1))
        .map(String::strip)
        .filter(name -> !name.equals(TlsVersion.TLS10.protocol()))
        .filter(name -> !name.equals(TlsVersion.TLS11.protocol()))
        .collect(Collectors.joining(", "));
  }

  private static @Nullable MethodHandle setNamedGroups() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(
              SSLParameters.class,
              "setNamedGroups",
              MethodType.methodType(void.class, String[].class));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null;
    }
  }
}
