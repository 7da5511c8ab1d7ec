using Signalbox.Inference.Grammars;

namespace Signalbox.Inference.Tests.Support;

/// <summary>A constraint that allows the same tokens at every step and counts what it is asked.</summary>
internal sealed class AllowedTokens(params int[] tokens) : ITokenConstraint
{
    public int MasksFilled { get; private set; }

    public bool MayEnd => false;

    public bool Allows(int token) => Array.IndexOf(tokens, token) >= 0;

    public void FillMask(Span<ulong> mask)
    {
        MasksFilled++;
        mask.Clear();
        foreach (var token in tokens)
        {
            mask[token / 64] |= 1UL << (token % 64);
        }
    }

    public void Accept(int token)
    {
    }
}
