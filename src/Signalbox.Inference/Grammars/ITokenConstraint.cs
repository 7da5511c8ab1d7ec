namespace Signalbox.Inference.Grammars;

/// <summary>What one answer may go on with; moves on with every token.</summary>
internal interface ITokenConstraint
{
    /// <summary>Whether the answer may end here.</summary>
    bool MayEnd { get; }

    /// <summary>Whether nothing but an end may come: no further token needs to be asked of the model.</summary>
    bool MustEnd => false;

    /// <summary>Whether one token may come next. End tokens are asked about too.</summary>
    bool Allows(int token);

    /// <summary>Sets the bit of every token that may come next (bit t % 64 of word t / 64) and clears all others; the end tokens where <see cref="MayEnd"/>.</summary>
    void FillMask(Span<ulong> mask);

    /// <summary>Moves on. The token must be one that is allowed.</summary>
    void Accept(int token);
}
