package io.holdfast.server.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The clients that are allowed, by the alternative names in their certificates. These are DNS
 * names, mail addresses, URIs and IP addresses, each compared as a whole.
 */
record AllowedNames(List<String> names) {
  private static final int MAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;

  /** The texts that the JDK takes for an address without asking a name server. */
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*|[0-9]{1,3}(\\.[0-9]{1,3}){3}");

  boolean allow(X509Certificate certificate) {
    Collection<List<?>> alternatives;
    try {
      alternatives = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return false;
    }
    return alternatives != null && alternatives.stream().anyMatch(this::allow);
  }

  private boolean allow(List<?> alternative) {
    if (!(alternative.get(0) instanceof Integer type)
        || !(alternative.get(1) instanceof String name)) {
      return false;
    }
    if (type == IP) {
      String address = canonical(name);
      return names.stream().anyMatch(allowed -> canonical(allowed).equals(address));
    }
    return (type == DNS || type == MAIL || type == URI) && names.contains(name);
  }

  /** Returns one text for all spellings of an address. Other names stay as they are. */
  private static String canonical(String name) {
    try {
      return ADDRESS.matcher(name).matches() && octetsFit(name)
          ? InetAddress.getByName(name).getHostAddress()
          : name;
    } catch (UnknownHostException e) {
      return name;
    }
  }

  private static boolean octetsFit(String name) {
    return name.indexOf(':') >= 0
        || Pattern.compile("\\.").splitAsStream(name).allMatch(o -> Integer.parseInt(o) < 256);
  }
}
