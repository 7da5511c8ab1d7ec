namespace Signalbox.Inference.Sampling;

/// <summary>How the next token is chosen. The defaults are those of an assistant's answer; a temperature of 0 is greedy.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 or more; 0 takes the best token. Default 0.8.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>The most candidates; 0 for all. Default 40.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Candidates up to this share of the probability; 1 for all. Default 0.95.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Candidates with at least this share of the best one's probability; 0 for all. Default 0.05.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>Divides positive and multiplies negative logits of tokens seen lately; 1 for none. Default 1.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken from the logit of each token seen lately. Default 0.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Taken from the logit of each token, times how often it was seen lately. Default 0.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>How many of the last tokens count as seen lately. Default 64.</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>Makes an answer repeatable; null takes one from the system.</summary>
    public ulong? Seed { get; init; }
}
