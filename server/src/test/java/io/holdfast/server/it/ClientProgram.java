package io.holdfast.server.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A program of {@code src/test/resources/clients} that pushes, adds and deletes with the client
 * library that people use in its language. Scala's is {@link #JAVA}: there is no other for it.
 *
 * <p>Each takes a URL, and a user and a password if the server asks for them. The names of its
 * metrics and jobs begin with its own.
 */
enum ClientProgram {
  GO {
    @Override
    List<String> prepare(Path directory) throws IOException {
      Path program = directory.resolve("push");
      build(
          directory, "go/push.go", program, "golang-go golang-github-prometheus-client-golang-dev");
      return List.of(program.toString());
    }
  },

  JAVA {
    @Override
    List<String> prepare(Path directory) throws IOException {
      return java(directory, "ClientJavaPush");
    }
  },

  /** Java's client before its rewrite, which many jobs still have. */
  SIMPLECLIENT {
    @Override
    List<String> prepare(Path directory) throws IOException {
      return java(directory, "SimpleclientPush");
    }
  },

  NODE {
    @Override
    List<String> prepare(Path directory) throws IOException {
      String npm = Programs.require("npm", "npm");
      for (String file : List.of("package.json", "package-lock.json", "push.js")) {
        Files.copy(Path.of(source("node/" + file)), directory.resolve(file));
      }
      run(directory, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
      return List.of(Programs.require("node", "nodejs"), directory.resolve("push.js").toString());
    }
  },

  PYTHON {
    @Override
    List<String> prepare(Path directory) {
      // Debian's own, the one that sees Debian's packages.
      return List.of("/usr/bin/python3", source("python/push.py"));
    }
  },

  RUBY {
    @Override
    List<String> prepare(Path directory) {
      return List.of("/usr/bin/ruby", source("ruby/push.rb"));
    }
  };

  /** Of the file that Java clients take authorities from. */
  static final String TRUST_STORE_PASSWORD = "password";

  /** What its metrics and jobs begin with. */
  String prefix() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Debian's version of the Ruby client fails to write summaries and histograms. */
  boolean hasSummariesAndHistograms() {
    return this != RUBY;
  }

  /** Makes it ready to run in an empty directory of its own; returns the command. */
  abstract List<String> prepare(Path directory) throws IOException;

  /**
   * The variables with which it trusts one more certificate authority.
   *
   * @param pem for all but Java
   * @param trustStore the same in a PKCS 12 file, with {@link #TRUST_STORE_PASSWORD}
   */
  Map<String, String> trusting(Path pem, Path trustStore) {
    return switch (this) {
      case GO, PYTHON, RUBY -> Map.of("SSL_CERT_FILE", pem.toString());
      case NODE -> Map.of("NODE_EXTRA_CA_CERTS", pem.toString());
      case JAVA, SIMPLECLIENT ->
          Map.of(
              "JAVA_TOOL_OPTIONS",
              "-Djavax.net.ssl.trustStorePassword="
                  + TRUST_STORE_PASSWORD
                  + " -Djavax.net.ssl.trustStore="
                  + trustStore);
    };
  }

  /** Compiles a program once; its runs are short, so the first compiler of the JVM suffices. */
  private static List<String> java(Path directory, String program) throws IOException {
    String libraries = System.getProperty("java.class.path");
    run(
        directory,
        Path.of(Programs.java()).resolveSibling("javac").toString(),
        "-proc:none",
        "-cp",
        libraries,
        "-d",
        directory.toString(),
        source("java/" + program + ".java"));
    return List.of(
        Programs.java(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        directory + File.pathSeparator + libraries,
        program);
  }

  /**
   * Builds a program in Go. Debian's sources are all that the compiler sees, so no module is looked
   * for and nothing is loaded.
   *
   * @param packages of Debian that have the compiler and the sources
   */
  static void build(Path directory, String source, Path program, String packages)
      throws IOException {
    run(
        directory,
        "env",
        "GO111MODULE=off",
        "GOPATH=/usr/share/gocode",
        "GOFLAGS=",
        "GOPROXY=off",
        "GOCACHE=" + Programs.repository().resolve("server/target/go-cache"),
        Programs.require("go", packages),
        "build",
        "-o",
        program.toString(),
        source(source));
  }

  /** The path of a client's source. */
  static String source(String file) {
    return Programs.repository()
        .resolve("server/src/test/resources/clients")
        .resolve(file)
        .toString();
  }

  private static void run(Path directory, String... command) throws IOException {
    Programs.run(directory, new byte[0], new ArrayList<>(List.of(command))).orFail();
  }
}
