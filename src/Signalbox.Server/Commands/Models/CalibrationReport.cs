using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signalbox.Inference.Training.Calibration;

namespace Signalbox.Server.Commands.Models;

/// <summary>What <c>model calibrate</c> prints: how often the model is right, how well it knows, and where it errs.</summary>
internal sealed class CalibrationReport(CalibrationRequest asked, JudgedAnswer[] answers, CalibrationResult result, bool byTopic)
{
    private const int ShownTopics = 10;
    private const int Digits = 4;

    private readonly int _right = answers.Count(static answer => answer.Right);
    private readonly int _empty = answers.Count(static answer => answer.Features is null);

    public void Print()
    {
        Line($"{answers.Length} questions, {_right} answered rightly ({100.0 * _right / answers.Length:0.0} %)");
        if (_empty > 0)
        {
            Line($"{_empty} answers were empty: wrong, without a confidence, and left out of the fit");
        }

        Line($"expected calibration error, {CalibrationError.Bins} bins:");
        Line($"  mean probability, as without calibration  {result.RawError:0.000}");
        Line($"  calibrated, on these questions            {result.FittedError:0.000}");
        Line($"  calibrated, on questions not fitted on    {result.CrossValidatedError:0.000}");
        PrintTopics();
        foreach (var answer in asked.WithMisses ? answers.Where(static answer => !answer.Right) : [])
        {
            Line($"miss: {answer.Question.Expected} <- {(answer.Said.Length > 0 ? answer.Said : "?")} ({ConfidenceOf(answer) ?? 0:0.00}): {(answer.Question.Before is { } before ? before + " -> " : "")}{answer.Question.Text}");
        }

        Line($"written: {asked.Target}");
    }

    public void PrintJson()
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("questions", answers.Length);
        json.WriteNumber("right", _right);
        json.WriteNumber("empty", _empty);
        json.WriteNumber("share", Rounded((double)_right / answers.Length));
        json.WriteStartObject("calibration_error");
        json.WriteNumber("raw", Rounded(result.RawError));
        json.WriteNumber("fitted", Rounded(result.FittedError));
        json.WriteNumber("cross_validated", Rounded(result.CrossValidatedError));
        json.WriteEndObject();
        json.WriteNumber("bias", (float)result.Map.Bias);
        json.WriteStartArray("weights");
        foreach (var weight in result.Map.Weights)
        {
            json.WriteNumberValue((float)weight);
        }

        json.WriteEndArray();
        WriteTopics(json);
        WriteMisses(json);
        json.WriteString("out", asked.Target);
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private void PrintTopics()
    {
        var worst = Worst();
        if (worst.Count == 0)
        {
            return;
        }

        var width = Math.Max("topic".Length, worst.Max(static topic => topic.Name.Length));
        Line($"topics with most misses:");
        Line($"  {"topic".PadRight(width)}  missed  of  most often said instead");
        foreach (var topic in worst)
        {
            Line($"  {topic.Name.PadRight(width)}  {topic.Misses,6}  {topic.Questions,2}  {topic.Instead}");
        }
    }

    private void WriteTopics(Utf8JsonWriter json)
    {
        json.WriteStartArray("missed_topics");
        foreach (var topic in Worst())
        {
            json.WriteStartObject();
            json.WriteString("topic", topic.Name);
            json.WriteNumber("misses", topic.Misses);
            json.WriteNumber("questions", topic.Questions);
            json.WriteString("instead", topic.Instead);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteMisses(Utf8JsonWriter json)
    {
        if (!asked.WithMisses)
        {
            return;
        }

        json.WriteStartArray("misses");
        foreach (var answer in answers.Where(static answer => !answer.Right))
        {
            json.WriteStartObject();
            json.WriteNumber("line", answer.Question.Line);
            if (answer.Question.Before is { } before)
            {
                json.WriteString("before", before);
            }

            json.WriteString("question", answer.Question.Text);
            json.WriteString("expected", answer.Question.Expected);
            json.WriteString("said", answer.Said);
            if (ConfidenceOf(answer) is { } confidence)
            {
                json.WriteNumber("confidence", Rounded(confidence));
            }
            else
            {
                json.WriteNull("confidence");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Topics in the order of their misses; none for a model that names none.</summary>
    private List<(string Name, int Misses, int Questions, string Instead)> Worst() =>
        !byTopic ? [] : [.. answers.GroupBy(static answer => answer.Question.Expected).Select(static topic =>
        {
            var said = topic.Where(static answer => !answer.Right).GroupBy(static answer => answer.Said)
                .OrderByDescending(static other => other.Count()).ThenBy(static other => other.Key, StringComparer.Ordinal).ToArray();
            return (topic.Key, said.Sum(static other => other.Count()), topic.Count(), said is [var first, ..] ? first.Key : "");
        }).Where(static topic => topic.Item2 > 0).OrderByDescending(static topic => topic.Item2).ThenBy(static topic => topic.Key, StringComparer.Ordinal).Take(ShownTopics)];

    private double? ConfidenceOf(JudgedAnswer answer) => answer.Features is { } features ? result.Map.Of(features) : null;

    private static double Rounded(double value) => Math.Round(value, Digits);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
