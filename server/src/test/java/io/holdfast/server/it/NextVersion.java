package io.holdfast.server.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The build under test with the number of a later version. */
final class NextVersion {
  static final String NUMBER = "0.1.999-SNAPSHOT";

  private NextVersion() {}

  /** Writes the jar into a directory, with a link to the libraries beside it. */
  static Path write(Path directory) throws IOException {
    Path target = Programs.repository().resolve("server/target");
    Path jar = Files.createDirectories(directory).resolve("holdfast.jar");
    Files.createSymbolicLink(directory.resolve("lib"), target.resolve("lib"));
    try (JarFile from = new JarFile(target.resolve("holdfast.jar").toFile());
        OutputStream file = Files.newOutputStream(jar)) {
      Manifest manifest = new Manifest(from.getManifest());
      manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, NUMBER);
      try (JarOutputStream to = new JarOutputStream(file, manifest)) {
        for (JarEntry entry : Collections.list(from.entries())) {
          if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
            to.putNextEntry(new JarEntry(entry.getName()));
            try (InputStream in = from.getInputStream(entry)) {
              in.transferTo(to);
            }
          }
        }
      }
    }
    return jar;
  }
}
