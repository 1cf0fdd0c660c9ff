package io.holdfast.server.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.lifecycle.StartArchive.Use;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartArchiveTest {
  private static final String JDK =
      "7ffb00000-7ffb75000 rw-p 00c77000 fe:00 328258    /usr/lib/jvm/java-17/lib/server/classes.jsa";
  private static final String OURS =
      "7f8e5fbc7000-7f8e5fc63000 rw-p 00001000 fe:00 2154549   /opt/holdfast/holdfast.jsa";

  @Test
  void mappedArchive_isUsed() {
    assertEquals(
        new StartArchive(Use.USED, "/opt/holdfast/holdfast.jsa"),
        StartArchive.of(
            List.of("-Xmx1g", "-XX:SharedArchiveFile=/opt/holdfast/holdfast.jsa"),
            List.of(JDK, OURS)));
    assertEquals(
        Use.USED,
        StartArchive.of(List.of("-XX:AOTCache=holdfast.aot"), List.of(OURS.replace(".jsa", ".aot")))
            .use());
  }

  @Test
  void archiveThatIsNotMapped_isIgnored() {
    assertEquals(
        new StartArchive(Use.IGNORED, "holdfast.jsa"),
        StartArchive.of(List.of("-XX:SharedArchiveFile=holdfast.jsa"), List.of(JDK)));
  }

  @Test
  void withoutTheOption_thereIsNone() {
    assertEquals(
        new StartArchive(Use.ABSENT, ""), StartArchive.of(List.of("-Xmx1g"), List.of(JDK)));
  }

  @Test
  void systemWithoutMappings_doesNotTell() {
    assertEquals(
        Use.UNKNOWN,
        StartArchive.of(List.of("-XX:SharedArchiveFile=holdfast.jsa"), List.of()).use());
  }
}
