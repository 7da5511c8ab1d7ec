using Signalbox.Benchmarking;
using Signalbox.Benchmarking.Reports;
using Spectre.Console;

namespace Signalbox.Server.Commands.Benchmarks;

/// <summary>How far a benchmark is, on standard error: a bar in a terminal, a line now and then elsewhere.</summary>
internal static class BenchProgress
{
    private const int LinesInAll = 10;

    public static async Task<BenchmarkReport> ShowAsync(Func<Action<BenchmarkProgress>, Task<BenchmarkReport>> run)
    {
        if (Console.IsErrorRedirected)
        {
            var last = -1;
            return await run(progress =>
            {
                var part = progress.Calls * LinesInAll / Math.Max(1, progress.AllCalls);
                if (part > last)
                {
                    last = part;
                    Console.Error.WriteLine($"asking: {progress.Calls} of {progress.AllCalls}");
                }
            });
        }

        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await terminal.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("warming up");
                return await run(progress =>
                {
                    bar.MaxValue = Math.Max(1, progress.AllCalls);
                    bar.Value = progress.Calls;
                    bar.Description = Markup.Escape(progress.Doing);
                });
            });
    }
}
