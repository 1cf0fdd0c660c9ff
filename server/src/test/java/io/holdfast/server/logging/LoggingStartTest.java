package io.holdfast.server.logging;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The configuration of the log while another thread uses the log for the first time. */
final class LoggingStartTest {
  private static final int ONGOING = 1;

  @Test
  void configure_whileLogbackIsLoaded_waitsForIt() throws Exception {
    URL[] classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(LoggingStartTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader fresh =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      Class<?> factory = fresh.loadClass(LoggerFactory.class.getName());
      Field state = factory.getDeclaredField("INITIALIZATION_STATE");
      state.setAccessible(true);
      Method getLogger = factory.getMethod("getLogger", String.class);
      Thread first = new Thread(() -> invoke(getLogger, "first"));
      first.start();
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> state.getInt(null) >= ONGOING);

      configure(fresh);

      first.join();
    }
  }

  private static void configure(ClassLoader loader) throws Exception {
    Class<?> level = loader.loadClass(Logging.Level.class.getName());
    Class<?> format = loader.loadClass(Logging.Format.class.getName());
    loader
        .loadClass(Logging.class.getName())
        .getMethod("configure", level, format)
        .invoke(null, level.getEnumConstants()[0], format.getEnumConstants()[0]);
  }

  private static void invoke(Method method, String argument) {
    try {
      method.invoke(null, argument);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static URL url(String element) {
    try {
      return Path.of(element).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    }
  }
}
