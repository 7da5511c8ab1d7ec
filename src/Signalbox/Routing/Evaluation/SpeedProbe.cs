using System.Diagnostics;
using System.Text;
using Signalbox.Routing.Learning;

namespace Signalbox.Routing.Evaluation;

/// <summary>Times predictions on this thread.</summary>
internal static class SpeedProbe
{
    private const int LongPrompt = 2048;
    private const int LongRuns = 4000;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(400);

    public static PredictionSpeed Measure(DifficultyPredictor predictor, IReadOnlyList<string> prompts)
    {
        // The first round is for the compiler, which translates hot methods again in the background.
        Run(predictor, prompts);
        var perSecond = Run(predictor, prompts);
        return new PredictionSpeed(perSecond, P99(predictor, LongPrompts(prompts)));
    }

    private static double Run(DifficultyPredictor predictor, IReadOnlyList<string> prompts)
    {
        var started = Stopwatch.GetTimestamp();
        var done = 0;
        do
        {
            predictor.Predict(prompts[done++ % prompts.Count]);
        }
        while (Stopwatch.GetElapsedTime(started) < Duration);
        return done / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double P99(DifficultyPredictor predictor, List<string> prompts)
    {
        var times = new double[LongRuns];
        for (var i = 0; i < times.Length; i++)
        {
            var started = Stopwatch.GetTimestamp();
            predictor.Predict(prompts[i % prompts.Count]);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[(int)(0.99 * (times.Length - 1))];
    }

    /// <summary>Prompts of 2,048 characters, made of the given ones.</summary>
    private static List<string> LongPrompts(IReadOnlyList<string> prompts)
    {
        var made = new List<string>();
        var text = new StringBuilder();
        foreach (var prompt in prompts.Concat(Enumerable.Repeat(prompts[0], LongPrompt)))
        {
            text.Append(prompt).Append('\n');
            if (text.Length >= LongPrompt)
            {
                made.Add(text.ToString(0, LongPrompt));
                text.Clear();
            }

            if (made.Count == 200)
            {
                break;
            }
        }

        return made;
    }
}
