package io.holdfast.cluster.replication;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The classes of store, cluster and simulation once more, one of them compiled from a source with a
 * mistake. So nothing in the product is there for its tests, and any line can be wrong.
 */
final class MistakenClasses extends ClassLoader {
  private static final List<String> PACKAGES =
      List.of("io.holdfast.storage.", "io.holdfast.cluster.");

  private final Map<String, byte[]> compiled;

  MistakenClasses(Mistake mistake) throws IOException {
    super(MistakenClasses.class.getClassLoader());
    this.compiled = compile(mistake);
  }

  /** Runs one seed of the simulation. */
  void play(long seed) throws Throwable {
    Method play =
        Class.forName("io.holdfast.cluster.replication.Simulation", true, this)
            .getDeclaredMethod("play", long.class);
    // Another loader's package is another package.
    play.setAccessible(true);
    try {
      play.invoke(null, seed);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Map<String, byte[]> compile(Mistake mistake) throws IOException {
    Path file = mistake.file();
    String right = Files.readString(file);
    int at = right.indexOf(mistake.rule);
    if (at < 0 || right.indexOf(mistake.rule, at + 1) >= 0) {
      throw new IllegalStateException(
          mistake + ": " + file + " (expected: once \"" + mistake.rule + "\")");
    }
    String wrong =
        right.substring(0, at) + mistake.planted + right.substring(at + mistake.rule.length());
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    StringWriter errors = new StringWriter();
    Map<String, byte[]> classes = new HashMap<>();
    try (Output output = new Output(compiler, classes)) {
      boolean isCompiled =
          compiler
              .getTask(
                  errors,
                  output,
                  null,
                  List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path")),
                  null,
                  List.of(new Source(file, wrong)))
              .call();
      if (!isCompiled) {
        throw new IllegalStateException(mistake + " does not compile: " + errors);
      }
    }
    return classes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (PACKAGES.stream().noneMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = compiled.get(name);
    if (bytes == null) {
      bytes = bytesOf(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] bytesOf(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(Path file, String text) {
      super(file.toAbsolutePath().toUri(), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Output extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, byte[]> classes;

    Output(JavaCompiler compiler, Map<String, byte[]> classes) {
      super(compiler.getStandardFileManager(null, null, null));
      this.classes = classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
        @Override
        public OutputStream openOutputStream() {
          return new ByteArrayOutputStream() {
            @Override
            public void close() {
              classes.put(className, toByteArray());
            }
          };
        }
      };
    }
  }
}
