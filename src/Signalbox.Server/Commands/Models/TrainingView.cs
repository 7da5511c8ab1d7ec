using System.Globalization;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Server.Commands.Models;

/// <summary>What is seen of a training run: a live table on a terminal, otherwise a line now and then, or nothing.</summary>
internal abstract class TrainingView(TimeProvider time) : IDisposable
{
    private readonly TimeProvider _time = time;
    private long _start;
    private double _loss;

    public static TrainingView Open(bool quiet, TimeProvider time) =>
        quiet ? new QuietTrainingView(time) : Console.IsOutputRedirected || !Spectre.Console.AnsiConsole.Profile.Capabilities.Interactive ? new PlainTrainingView(time) : new LiveTrainingView(time);

    /// <summary>Steps of the whole run.</summary>
    protected long Steps { get; private set; }

    /// <summary>Steps that a checkpoint brought.</summary>
    protected long FirstStep { get; private set; }

    /// <summary>The latest step.</summary>
    protected TrainingStep? Latest { get; private set; }

    protected TrainingValidation? Validation { get; private set; }

    /// <summary>The latest validation loss.</summary>
    public double? LastValidation => Validation?.Loss;

    /// <summary>The mean loss of the last steps.</summary>
    public double? LastLoss => Latest is null ? null : Loss;

    /// <summary>The mean loss of the last steps, younger ones counting more.</summary>
    protected double Loss => _loss;

    /// <summary>About how long the rest takes.</summary>
    protected TimeSpan Left
    {
        get
        {
            var done = (Latest?.Report.Step ?? FirstStep) - FirstStep;
            return done == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_start) / done * (Steps - FirstStep - done);
        }
    }

    public void Describe(TrainingPlan plan) => Line(string.Create(CultureInfo.InvariantCulture,
        $"{plan.Config.Name}: {plan.Training.Count} examples of {plan.Corpus.Topics.Count} topics, {plan.Validation.Count} kept for validation; {plan.Vocabulary.Tokens.Count} tokens, {plan.Vocabulary.Tokens.Count - plan.Vocabulary.ControlStart} of them control tokens"));

    public void Describe(FinetunePlan plan) => Line(string.Create(CultureInfo.InvariantCulture,
        $"{plan.Options.Name}: {plan.Training.Count} examples, {plan.Validation.Count} kept for validation; {plan.Options.Accumulation} {(plan.Options.Accumulation == 1 ? "pass" : "passes")} of {plan.Options.PassTokens} tokens a step"));

    public void Show(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingWarning warning:
                Console.Error.WriteLine($"warning: {warning.Text}");
                break;
            case TrainingTimed:
                Line("timing a few steps ...");
                break;
            case TrainingStarted started:
                (Steps, FirstStep, _start) = (started.Steps, started.Step, _time.GetTimestamp());
                Line(started.Step < started.Steps
                    ? string.Create(CultureInfo.InvariantCulture, $"{started.Parameters} parameters, steps {started.Step + 1} to {started.Steps}")
                    : string.Create(CultureInfo.InvariantCulture, $"all {started.Steps} steps were done before; what was made of them is written again"));
                break;
            case TrainingStep step:
                _loss = Latest is null ? step.Report.Loss.Mean : 0.95 * _loss + 0.05 * step.Report.Loss.Mean;
                Latest = step;
                Stepped(step);
                break;
            case TrainingValidation validation:
                Validation = validation;
                Line(Text(validation));
                break;
            case TrainingSample sample:
                Line($"  > {sample.Question}\n    {sample.Topic} {sample.Answer}".TrimEnd());
                break;
            case TrainingSaved saved:
                Line(string.Create(CultureInfo.InvariantCulture, $"step {saved.Step}: checkpoint written"));
                break;
        }
    }

    public abstract void Dispose();

    protected abstract void Line(string text);

    protected abstract void Stepped(TrainingStep step);

    protected static string Text(TimeSpan time) => time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);

    private static string Text(TrainingValidation validation) => string.Create(CultureInfo.InvariantCulture,
        $"step {validation.Step}: validation loss {validation.Loss:0.0000}{(validation.RightTopics is { } right ? $", right topics {100 * right:0.0} %" : "")}");
}

/// <summary>Nothing but the result.</summary>
internal sealed class QuietTrainingView(TimeProvider time) : TrainingView(time)
{
    public override void Dispose()
    {
    }

    protected override void Line(string text)
    {
    }

    protected override void Stepped(TrainingStep step)
    {
    }
}

/// <summary>Lines, for logs.</summary>
internal sealed class PlainTrainingView(TimeProvider time) : TrainingView(time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = time;
    private long? _shown;

    public override void Dispose()
    {
    }

    protected override void Line(string text) => Console.Out.WriteLine(text);

    protected override void Stepped(TrainingStep step)
    {
        if (_shown is { } shown && _time.GetElapsedTime(shown) < Pause && step.Report.Step < Steps)
        {
            return;
        }

        _shown = _time.GetTimestamp();
        Line(string.Create(CultureInfo.InvariantCulture,
            $"step {step.Report.Step}/{Steps} epoch {step.Epoch:0.00} loss {Loss:0.0000} norm {step.Report.GradientNorm:0.00} rate {step.Report.LearningRate:0.000000} {step.TokensPerSecond:0} tokens/s ({100 * step.ProductShare:0} % products), {Text(Left)} left"));
    }
}
