namespace Signalbox.Inference.Training.Runs;

/// <summary>What a run tells while it goes on.</summary>
internal abstract record TrainingEvent;

/// <summary>The first step is about to begin.</summary>
/// <param name="Parameters">Values that learn.</param>
/// <param name="Step">Steps done before, from a checkpoint.</param>
/// <param name="Steps">In all.</param>
internal sealed record TrainingStarted(long Parameters, long Step, long Steps) : TrainingEvent;

/// <param name="Text">Why the run may not come to what is hoped, and what to do about it.</param>
internal sealed record TrainingWarning(string Text) : TrainingEvent;

/// <summary>The speed is measured, to know how many steps fit the time.</summary>
internal sealed record TrainingTimed : TrainingEvent;

/// <param name="Report">Of the step.</param>
/// <param name="Epoch">Epochs done, with the part of this one.</param>
internal sealed record TrainingStep(StepReport Report, double Epoch) : TrainingEvent
{
    public double TokensPerSecond => Report.Tokens / Math.Max(1e-9, Report.Time.TotalSeconds);

    /// <summary>Of the step's time, what the matrix products took.</summary>
    public double ProductShare => Report.ProductTime / Report.Time;
}

/// <param name="Step">After which it was measured.</param>
/// <param name="Loss">Of examples that are not trained on.</param>
/// <param name="RightTopics">The share of them whose topic the model names; null without topics.</param>
internal sealed record TrainingValidation(long Step, double Loss, double? RightTopics) : TrainingEvent;

/// <param name="Step">After which it was asked.</param>
/// <param name="Question">From the configuration.</param>
/// <param name="Topic">The name of the token that the answer began with, where that is a topic.</param>
/// <param name="Answer">The likeliest.</param>
internal sealed record TrainingSample(long Step, string Question, string? Topic, string Answer) : TrainingEvent;

/// <param name="Step">That it holds.</param>
/// <param name="Path">Of the checkpoint.</param>
internal sealed record TrainingSaved(long Step, string Path) : TrainingEvent;
