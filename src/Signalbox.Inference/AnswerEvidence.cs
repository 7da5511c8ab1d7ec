using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference;

/// <summary>What is noted of an answer's tokens while they come: for its confidence, and for its topic.</summary>
internal sealed class AnswerEvidence(Tokenizer tokenizer)
{
    private readonly List<float> _logProbabilities = [];
    private float _bestAlternative = TokenProbabilities.Impossible;
    private bool _hasBegun;

    /// <summary>The name in the first token, where that names a topic.</summary>
    public string? Topic { get; private set; }

    public void Take(in GenerationEvent step)
    {
        if (step.Token < 0)
        {
            return;
        }

        if (!_hasBegun)
        {
            _hasBegun = true;
            Topic = TopicTokens.TopicOf(tokenizer, step.Token);
            foreach (var (token, logProbability) in step.Alternatives ?? [])
            {
                if (token >= 0 && token != step.Token)
                {
                    _bestAlternative = Math.Max(_bestAlternative, logProbability);
                }
            }
        }

        if (step.LogProbability is { } own)
        {
            _logProbabilities.Add(own);
        }
    }

    /// <summary>The features of the answer so far; null without tokens, or where their probabilities were not asked for.</summary>
    public ConfidenceFeatures? Features() =>
        _logProbabilities.Count == 0 ? null : ConfidenceFeatures.Of(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_logProbabilities), _bestAlternative);
}
