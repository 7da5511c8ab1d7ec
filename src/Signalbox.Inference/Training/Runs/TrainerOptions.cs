using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;

namespace Signalbox.Inference.Training.Runs;

/// <summary>How to train.</summary>
internal sealed record TrainerOptions
{
    /// <summary>The most tokens of a batch; memory is taken for as many.</summary>
    public required int MostTokens { get; init; }

    public required CosineSchedule Schedule { get; init; }

    public AdamWOptions Optimizer { get; init; } = new();

    public PassOptions Pass { get; init; } = new();

    /// <summary>The highest norm of all gradients together; 0 does not clip.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Of the first weights and of dropout.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>What a step did.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Loss">Of its batches, before the step.</param>
/// <param name="GradientNorm">Before it was clipped.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="Tokens">Of its batches, those without a target too.</param>
/// <param name="Time">In all.</param>
/// <param name="ProductTime">In matrix products.</param>
internal sealed record StepReport(long Step, BatchLoss Loss, double GradientNorm, double LearningRate, int Tokens, TimeSpan Time, TimeSpan ProductTime);
