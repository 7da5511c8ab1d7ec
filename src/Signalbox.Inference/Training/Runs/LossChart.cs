using System.Globalization;
using System.Text;

namespace Signalbox.Inference.Training.Runs;

/// <summary>The loss over the steps of a run as an SVG picture.</summary>
internal static class LossChart
{
    private const double Width = 800;
    private const double Height = 420;
    private const double Left = 60;
    private const double Right = 20;
    private const double Top = 40;
    private const double Bottom = 50;
    private const int MostPoints = 400;
    private const int Ticks = 5;

    /// <param name="title">Above it.</param>
    /// <param name="training">Step and loss, by step.</param>
    /// <param name="validation">The same of the validation examples.</param>
    public static string Draw(string title, IReadOnlyList<(long Step, double Loss)> training, IReadOnlyList<(long Step, double Loss)> validation)
    {
        var smooth = Average(training);
        var all = smooth.Concat(validation).ToList();
        var lastStep = Math.Max(1, all.Select(static point => point.Step).DefaultIfEmpty(1).Max());
        var highest = all.Select(static point => point.Loss).Where(double.IsFinite).DefaultIfEmpty(1).Max() is var most && most > 0 ? most * 1.05 : 1;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"22\" font-size=\"15\">{System.Security.SecurityElement.Escape(title)}</text>\n");
        for (var i = 0; i <= Ticks; i++)
        {
            var (loss, step) = (highest * i / Ticks, lastStep * i / Ticks);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(loss):0.0}\" y2=\"{Y(loss):0.0}\" stroke=\"#dddddd\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{Y(loss) + 4:0.0}\" text-anchor=\"end\">{loss:0.00}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(step):0.0}\" y=\"{Height - Bottom + 18:0.0}\" text-anchor=\"middle\">{step}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">step</text>\n");
        Line(smooth, "#1f77b4", "training loss", 0);
        Line(validation, "#d62728", "validation loss", 1);
        return svg.Append("</svg>\n").ToString();

        double X(long step) => Left + (Width - Left - Right) * step / lastStep;

        double Y(double loss) => Height - Bottom - (Height - Top - Bottom) * Math.Min(loss, highest) / highest;

        void Line(IReadOnlyList<(long Step, double Loss)> points, string color, string name, int row)
        {
            var finite = points.Where(static point => double.IsFinite(point.Loss)).ToList();
            if (finite.Count > 0)
            {
                var path = string.Join(' ', finite.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Step):0.0},{Y(point.Loss):0.0}")));
                svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>\n");
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"{Top + 16 * row}\" text-anchor=\"end\" fill=\"{color}\">{name}: {finite[^1].Loss:0.000}</text>\n");
            }
        }
    }

    /// <summary>At most as many points as can be seen, each the mean of its stretch.</summary>
    private static List<(long Step, double Loss)> Average(IReadOnlyList<(long Step, double Loss)> points)
    {
        var stretch = Math.Max(1, (points.Count + MostPoints - 1) / MostPoints);
        return [.. points.Chunk(stretch).Select(static chunk => (chunk[^1].Step, chunk.Average(static point => point.Loss)))];
    }
}
