using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Runs;

/// <summary>What a training run does, as a file says it; every value is checked.</summary>
internal sealed record TrainingConfig
{
    /// <summary>The model's name in its file.</summary>
    public required string Name { get; init; }

    /// <summary>The corpus: files that were found, in their order.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>The share of examples of each topic that is not trained on; 0.02.</summary>
    public double ValidationShare { get; init; }

    public required VocabularyConfig Vocabulary { get; init; }

    /// <summary>A model that was trained here, whose vocabulary and weights the run begins with; null for new ones.</summary>
    public string? From { get; init; }

    /// <summary>The size of the vocabulary is known when it is trained; 1 until then.</summary>
    public required ModelShape Shape { get; init; }

    public required LearningConfig Learning { get; init; }

    public required LabelWeights Weights { get; init; }

    public required Augmentation Augmentation { get; init; }

    public required OutputConfig Output { get; init; }

    /// <summary>Questions that are asked now and then while the model learns.</summary>
    public IReadOnlyList<string> Samples { get; init; } = [];

    /// <summary>The file as it was read, for the run's folder.</summary>
    public required byte[] Source { get; init; }
}

/// <summary>How the tokenizer is trained.</summary>
/// <param name="Size">Most tokens, control tokens not counted; 4000.</param>
/// <param name="MinimumFrequency">Rarer pairs do not merge; 2.</param>
/// <param name="AnswerWeight">How often an answer counts, because it is there once and its questions are many; 4.</param>
internal sealed record VocabularyConfig(int Size, int MinimumFrequency, int AnswerWeight);

/// <summary>How the weights learn.</summary>
internal sealed record LearningConfig
{
    /// <summary>Times that the corpus is gone through; null where <see cref="Minutes"/> decides.</summary>
    public double? Epochs { get; init; }

    /// <summary>How long the run takes, about: a few steps are timed first, then the number of steps is fixed.</summary>
    public double? Minutes { get; init; }

    /// <summary>Most tokens of a batch; 4096.</summary>
    public int BatchTokens { get; init; }

    /// <summary>Batches of a step; 1.</summary>
    public int Accumulation { get; init; }

    /// <summary>The highest; 0.001.</summary>
    public double LearningRate { get; init; }

    /// <summary>At the end; 0.</summary>
    public double FinalLearningRate { get; init; }

    /// <summary>Steps until the highest rate; 100.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>0.1.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The highest norm of the gradients, 0 for any; 1.</summary>
    public double ClipNorm { get; init; }

    /// <summary>0.</summary>
    public double Dropout { get; init; }

    /// <summary>0.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>How far the questions of topics with few of them are repeated, 0 to 1; 0.</summary>
    public double Balance { get; init; }

    /// <summary>1.</summary>
    public int Seed { get; init; }

    /// <summary>The processors of the machine.</summary>
    public int Threads { get; init; }
}

/// <summary>Where a run writes, and how often.</summary>
internal sealed record OutputConfig
{
    public required string Folder { get; init; }

    /// <summary>Quantized files beside the one in F32; Q8_0.</summary>
    public IReadOnlyList<TensorType> Types { get; init; } = [];

    /// <summary>10.</summary>
    public double CheckpointMinutes { get; init; }

    /// <summary>Steps between two looks at the validation examples and samples; 0 looks only at the end. 200.</summary>
    public int ValidateEvery { get; init; }
}
