using Signalbox.Inference.Grammars;

namespace Signalbox.Inference.Sampling;

/// <summary>
/// Logits to tokens for one answer, in the field's usual order: penalties, constraint, top-k, top-p, min-p, temperature, draw.
/// Allocates nothing after it is made. With equal logits and an equal seed, the answer is the same on every machine.
/// </summary>
/// <remarks>
/// A constraint is first asked about the one token that would be chosen without it, because that is nearly always allowed and the whole
/// mask is dear; only a refusal fills the mask and chooses again among what is allowed. For greedy choice, and for draws
/// that nothing truncates, this has the same distribution as masking first. With top-k, top-p or min-p it is a mixture: the allowed part of the
/// unmasked candidates keeps its probability, and what was refused goes to the candidates of the masked logits.
/// </remarks>
internal sealed class Sampler
{
    /// <summary>What <see cref="Sample"/> returns where no logit is a number.</summary>
    public const int NoNumbers = -2;

    /// <summary>Up to here a heap over one pass is cheaper than a list of the whole vocabulary.</summary>
    private const int HeapLimit = 256;

    private readonly PenaltyWindow _window;
    private readonly ulong[] _keys;
    private readonly double[] _weights;
    private readonly ulong[] _mask;
    private Xoshiro256 _random;

    public Sampler(SamplingOptions options, int vocabularySize)
    {
        Options = options;
        VocabularySize = vocabularySize;
        _window = new PenaltyWindow(options);
        _random = new Xoshiro256(options.Seed ?? Xoshiro256.NewSeed());
        _mask = new ulong[(vocabularySize + 63) / 64];
        var candidates = IsGreedy ? 1 : UsesHeap ? options.TopK : IsUntruncated ? 0 : vocabularySize;
        _keys = new ulong[candidates];
        _weights = new double[IsGreedy ? 0 : candidates];
    }

    public SamplingOptions Options { get; }

    public int VocabularySize { get; }

    private bool IsGreedy => !(Options.Temperature > 0);

    private bool UsesHeap => Options.TopK is > 0 and <= HeapLimit;

    private bool IsUntruncated => (Options.TopK <= 0 || Options.TopK >= VocabularySize) && !(Options.TopP < 1) && !(Options.MinP > 0);

    /// <summary>Chooses a token; -1 where the constraint allows none, <see cref="NoNumbers"/> where every logit is NaN or -infinity. The logits are changed. NaN and -infinity are never chosen where anything else may be.</summary>
    /// <param name="logits">One per token of the vocabulary.</param>
    /// <param name="constraint">What the answer may go on with; null for anything.</param>
    public int Sample(Span<float> logits, ITokenConstraint? constraint)
    {
        logits = logits[..Math.Min(logits.Length, VocabularySize)];
        _window.Apply(logits);
        var token = Choose(logits);
        if (token < 0)
        {
            return NoNumbers;
        }

        if (constraint is null || constraint.Allows(token))
        {
            return token;
        }

        constraint.FillMask(_mask);
        var firstAllowed = -1;
        for (var i = logits.Length - 1; i >= 0; i--)
        {
            if ((_mask[i >> 6] >> (i & 63) & 1) == 0)
            {
                logits[i] = float.NegativeInfinity;
            }
            else
            {
                firstAllowed = i;
            }
        }

        token = Choose(logits);
        return token >= 0 ? token : firstAllowed;
    }

    /// <summary>Counts a token (of the prompt or chosen) as seen.</summary>
    public void Accept(int token) => _window.Accept(token);

    /// <summary>Natural logarithm of the probability at temperature 1 of a token, at least -9999; call it with logits that no <see cref="Sample"/> has changed.</summary>
    public static float LogProbability(ReadOnlySpan<float> logits, int token) =>
        (uint)token < (uint)logits.Length
            ? TokenProbabilities.LogProbability(logits[token], TokenProbabilities.LogSumExp(logits))
            : TokenProbabilities.Impossible;

    /// <summary>The likeliest tokens, best first, with their logarithms of probability; token -1 where there are no more. At most 256 are filled in.</summary>
    public static void Top(ReadOnlySpan<float> logits, Span<(int Token, float LogProbability)> top)
    {
        Span<ulong> keys = stackalloc ulong[Math.Min(top.Length, HeapLimit)];
        var count = Candidates.SelectBest(logits, keys);
        var logSumExp = TokenProbabilities.LogSumExp(logits);
        for (var i = 0; i < top.Length; i++)
        {
            top[i] = i < count
                ? (Candidates.Token(keys[i]), TokenProbabilities.LogProbability(Candidates.Logit(keys[i]), logSumExp))
                : (-1, TokenProbabilities.Impossible);
        }
    }

    /// <summary>-1 where no token has a logit.</summary>
    private int Choose(ReadOnlySpan<float> logits)
    {
        if (IsGreedy)
        {
            return Candidates.SelectBest(logits, _keys) == 0 ? -1 : Candidates.Token(_keys[0]);
        }

        if (IsUntruncated)
        {
            return DrawFromAll(logits);
        }

        var count = UsesHeap ? TruncateFew(logits) : TruncateMany(logits);
        return count == 0 ? -1 : Draw(count);
    }

    /// <summary>The best k, sorted, then the cuts.</summary>
    private int TruncateFew(ReadOnlySpan<float> logits)
    {
        var count = Candidates.SelectBest(logits, _keys);
        var total = Weigh(0, count);
        return Cut(count, total, out _);
    }

    /// <summary>All candidates or the best of very many. Only as many are sorted as the cuts leave, in growing pieces.</summary>
    private int TruncateMany(ReadOnlySpan<float> logits)
    {
        var count = Candidates.Fill(logits, _keys);
        if (Options.TopK > 0 && Options.TopK < count)
        {
            Candidates.Partition(_keys.AsSpan(0, count), Options.TopK);
            count = Options.TopK;
        }

        if (count == 0)
        {
            return 0;
        }

        var total = 0.0;
        for (var sorted = 0; ;)
        {
            var end = Math.Min(count, Math.Max(HeapLimit, 4 * sorted));
            Candidates.Partition(_keys.AsSpan(sorted, count - sorted), end - sorted);
            _keys.AsSpan(sorted, end - sorted).Sort();
            if (sorted == 0)
            {
                total = Weigh(0, count);
            }

            Weigh(sorted, end);
            var kept = Cut(end, total, out var cut);
            if (cut || end == count)
            {
                return kept;
            }

            sorted = end;
        }
    }

    /// <summary>Probabilities at temperature 1, times that of the best, which must stand first.</summary>
    private double Weigh(int from, int to)
    {
        var total = 0.0;
        for (var i = from; i < to; i++)
        {
            _weights[i] = RepeatableMath.Exp((double)Candidates.Logit(_keys[i]) - Candidates.Logit(_keys[0]));
            total += _weights[i];
        }

        return total;
    }

    /// <summary>Top-p and min-p both keep a beginning of the sorted candidates, at least one.</summary>
    private int Cut(int count, double total, out bool cut)
    {
        var mass = 0.0;
        for (var i = 0; i < count; i++)
        {
            if (i > 0 && ((Options.TopP < 1 && mass >= Options.TopP * total) || _weights[i] < Options.MinP))
            {
                cut = true;
                return i;
            }

            mass += _weights[i];
        }

        cut = false;
        return count;
    }

    private int Draw(int count)
    {
        var best = (double)Candidates.Logit(_keys[0]);
        var total = 0.0;
        for (var i = 0; i < count; i++)
        {
            _weights[i] = RepeatableMath.Exp((Candidates.Logit(_keys[i]) - best) / Options.Temperature);
            total += _weights[i];
        }

        var rest = _random.NextDouble() * total;
        for (var i = 0; i < count - 1; i++)
        {
            rest -= _weights[i];
            if (rest < 0)
            {
                return Candidates.Token(_keys[i]);
            }
        }

        return Candidates.Token(_keys[count - 1]);
    }

    /// <summary>Without any cut no order is needed: two passes over the vocabulary.</summary>
    private int DrawFromAll(ReadOnlySpan<float> logits)
    {
        Span<ulong> first = stackalloc ulong[1];
        if (Candidates.SelectBest(logits, first) == 0)
        {
            return -1;
        }

        var best = (double)Candidates.Logit(first[0]);
        var total = 0.0;
        foreach (var logit in logits)
        {
            total += Weight(logit, best);
        }

        var rest = _random.NextDouble() * total;
        var token = Candidates.Token(first[0]);
        for (var i = 0; i < logits.Length; i++)
        {
            var weight = Weight(logits[i], best);
            rest -= weight;
            if (weight > 0 && rest < 0)
            {
                return i;
            }
        }

        return token;
    }

    private double Weight(float logit, double best) =>
        logit > float.NegativeInfinity ? RepeatableMath.Exp((Math.Min(logit, float.MaxValue) - best) / Options.Temperature) : 0;
}
