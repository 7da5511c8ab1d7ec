namespace Signalbox.Inference.Sampling;

/// <summary>The last tokens of an answer and its prompt, and what having been among them costs a token. Without penalties it keeps nothing.</summary>
internal sealed class PenaltyWindow
{
    /// <summary>A longer window is cut to this: it is more than contexts have, and bounds what a request can make us reserve.</summary>
    private const int MaximumLength = 65_536;

    private readonly float _repetition;
    private readonly float _presence;
    private readonly float _frequency;
    private readonly int[] _ring;
    private readonly int[] _tokens;
    private readonly int[] _counts;
    private long _accepted;

    public PenaltyWindow(SamplingOptions options)
    {
        _repetition = options.RepetitionPenalty is > 0 and < float.PositiveInfinity ? options.RepetitionPenalty : 1;
        _presence = float.IsFinite(options.PresencePenalty) ? options.PresencePenalty : 0;
        _frequency = float.IsFinite(options.FrequencyPenalty) ? options.FrequencyPenalty : 0;
        var active = _repetition != 1 || _presence != 0 || _frequency != 0;
        var length = active ? Math.Clamp(options.PenaltyWindow, 0, MaximumLength) : 0;
        _ring = new int[length];
        var slots = length == 0 ? 0 : (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length * 2);
        _tokens = new int[slots];
        _counts = new int[slots];
    }

    public void Accept(int token)
    {
        if (_ring.Length > 0)
        {
            _ring[(int)(_accepted++ % _ring.Length)] = token;
        }
    }

    /// <summary>
    /// Repetition first (source: Keskar et al., "CTRL", 2019, in the common form that makes a logit below 0 smaller), then presence and
    /// frequency as OpenAI's API defines them.
    /// </summary>
    public void Apply(Span<float> logits)
    {
        if (_ring.Length == 0)
        {
            return;
        }

        Count();
        for (var slot = 0; slot < _counts.Length; slot++)
        {
            if (_counts[slot] == 0 || (uint)_tokens[slot] >= (uint)logits.Length)
            {
                continue;
            }

            ref var logit = ref logits[_tokens[slot]];
            logit = logit > 0 ? logit / _repetition : logit * _repetition;
            logit -= _presence + _counts[slot] * _frequency;
        }
    }

    /// <summary>How often each token is in the window, in a table with open addressing: as long as the window, not as the vocabulary.</summary>
    private void Count()
    {
        _counts.AsSpan().Clear();
        var mask = _counts.Length - 1;
        var filled = (int)Math.Min(_accepted, _ring.Length);
        foreach (var token in _ring.AsSpan(0, filled))
        {
            var slot = (int)((uint)token * 2654435769u >> 7) & mask;
            while (_counts[slot] != 0 && _tokens[slot] != token)
            {
                slot = (slot + 1) & mask;
            }

            _tokens[slot] = token;
            _counts[slot]++;
        }
    }
}
