using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference;

/// <summary>What is noted of an answer's tokens while they come: for its confidence, and for its topic.</summary>
internal sealed class AnswerEvidence(Tokenizer tokenizer)
{
    /// <summary>A model with topics begins its answer with such a control token.</summary>
    private const string TopicStart = "<|topic:";
    private const string TopicEnd = "|>";

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
            Topic = TopicOf(step.Token);
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

    private string? TopicOf(int token) =>
        tokenizer.IsControl(token) && tokenizer.NameOf(token) is { } name && name.Length > TopicStart.Length + TopicEnd.Length
        && name.StartsWith(TopicStart, StringComparison.Ordinal) && name.EndsWith(TopicEnd, StringComparison.Ordinal)
            ? name[TopicStart.Length..^TopicEnd.Length]
            : null;
}
