package io.holdfast.server.tls;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Optional;

/** The elliptic curves for key exchange, by Go's names and the JDK's names. */
public enum Curve {
  P256("CurveP256", "secp256r1", 256),
  P384("CurveP384", "secp384r1", 384),
  P521("CurveP521", "secp521r1", 521),
  X25519("X25519", "x25519", 0);

  private final String goName;
  private final String namedGroup;
  private final int certificateBits;

  /**
   * Creates a curve.
   *
   * @param certificateBits the size of the field; 0 if certificates cannot be on this curve
   */
  Curve(String goName, String namedGroup, int certificateBits) {
    this.goName = goName;
    this.namedGroup = namedGroup;
    this.certificateBits = certificateBits;
  }

  /**
   * Returns the curve of a certificate's key. Each curve for certificates has a field of another
   * size.
   */
  public static Optional<Curve> of(PublicKey key) {
    return key instanceof ECPublicKey ec
        ? Arrays.stream(values())
            .filter(
                curve ->
                    curve.certificateBits == ec.getParams().getCurve().getField().getFieldSize())
            .findFirst()
        : Optional.empty();
  }

  /** Returns the name in the web config file. */
  public String goName() {
    return goName;
  }

  String namedGroup() {
    return namedGroup;
  }
}
