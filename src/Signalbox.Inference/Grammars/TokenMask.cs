namespace Signalbox.Inference.Grammars;

/// <summary>The tokens that may come next in one place, lengths aside.</summary>
/// <param name="Words">Bit t % 64 of word t / 64 for token t.</param>
/// <param name="Need">The longest of the shortest ways to the end behind them.</param>
internal sealed record TokenMask(ulong[] Words, int Need);
