using System.Globalization;
using Signalbox.Inference.Training.Runs;
using Spectre.Console;

namespace Signalbox.Server.Commands.Models;

/// <summary>A table that stays at the bottom of the terminal, drawn again with every few steps; lines scroll above it.</summary>
internal sealed class LiveTrainingView(TimeProvider time) : TrainingView(time)
{
    private const int BarWidth = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time = time;
    private int _height;
    private long? _shown;

    public override void Dispose() => _height = 0;

    protected override void Line(string text)
    {
        Clear();
        AnsiConsole.WriteLine(text);
        if (Latest is { } step)
        {
            Draw(step);
        }
    }

    protected override void Stepped(TrainingStep step)
    {
        if (_shown is { } shown && _time.GetElapsedTime(shown) < Pause && step.Report.Step < Steps)
        {
            return;
        }

        _shown = _time.GetTimestamp();
        Clear();
        Draw(step);
    }

    private void Draw(TrainingStep step)
    {
        var grid = new Grid().AddColumn().AddColumn();
        var done = (int)(BarWidth * step.Report.Step / Math.Max(1, Steps));
        grid.AddRow("step", $"[green]{new string('━', done)}[/][grey]{new string('━', BarWidth - done)}[/] {Number(step.Report.Step, "0")}/{Number(Steps, "0")}, epoch {Number(step.Epoch, "0.00")}");
        grid.AddRow("loss", $"[bold]{Number(Loss, "0.0000")}[/]  gradient norm {Number(step.Report.GradientNorm, "0.00")}");
        grid.AddRow("validation", Validation is { } seen
            ? $"{Number(seen.Loss, "0.0000")} at step {Number(seen.Step, "0")}{(seen.RightTopics is { } right ? $", right topics {Number(100 * right, "0.0")} %" : "")}"
            : "not yet");
        grid.AddRow("speed", $"{Number(step.TokensPerSecond, "0")} tokens/s, {Number(100 * step.ProductShare, "0")} % in products, rate {Number(step.Report.LearningRate, "0.000000")}");
        grid.AddRow("left", $"{Text(Left)}   (Ctrl+C stops with a checkpoint)");
        AnsiConsole.Write(grid);
        _height = grid.Rows.Count;
    }

    /// <summary>Takes the table away, so that something else can stand there.</summary>
    private void Clear()
    {
        if (_height > 0)
        {
            AnsiConsole.Cursor.MoveUp(_height);
            AnsiConsole.Write(new ControlCode("\u001b[0J"));
            _height = 0;
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
