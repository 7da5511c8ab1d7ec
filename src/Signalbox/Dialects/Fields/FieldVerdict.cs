namespace Signalbox.Dialects.Fields;

/// <summary>
/// A verdict and who reports it. In the data an upper-case letter means that the ledger stays silent: the loss depends on the value and
/// the target's writer reports it, or there is nothing to report (the row's note says which).
/// </summary>
internal readonly record struct FieldVerdict(Verdict Verdict, bool IsSilent)
{
    private const byte SilentBit = 0x80;

    /// <summary>A field without a verdict of its own; 0 so that an untouched node has none.</summary>
    public const byte None = 0;

    /// <summary>True for a verdict that the fields below it share: what is left out is left out whole.</summary>
    public bool CoversChildren => Verdict is Verdict.Emulated or Verdict.Dropped or Verdict.Refused;

    public byte ToByte() => (byte)((int)Verdict + 1 | (IsSilent ? SilentBit : 0));

    public static FieldVerdict? FromByte(byte value) =>
        value == None ? null : new FieldVerdict((Verdict)((value & ~SilentBit) - 1), (value & SilentBit) != 0);

    /// <summary>The letter of a row's code; '-' (as the field above it) is no verdict of its own.</summary>
    public static byte FromLetter(char letter) => letter switch
    {
        '-' => None,
        'k' => new FieldVerdict(Verdict.Kept, false).ToByte(),
        'm' => new FieldVerdict(Verdict.Mapped, false).ToByte(),
        'M' => new FieldVerdict(Verdict.Mapped, true).ToByte(),
        'e' => new FieldVerdict(Verdict.Emulated, false).ToByte(),
        'E' => new FieldVerdict(Verdict.Emulated, true).ToByte(),
        'd' => new FieldVerdict(Verdict.Dropped, false).ToByte(),
        'D' => new FieldVerdict(Verdict.Dropped, true).ToByte(),
        'r' => new FieldVerdict(Verdict.Refused, false).ToByte(),
        _ => throw new FormatException($"'{letter}' is no verdict; use one of k m e d r, M E D where the ledger stays silent, or -."),
    };
}
