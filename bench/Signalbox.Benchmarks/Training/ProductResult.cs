using System.Text.Json;

namespace Signalbox.Benchmarks.Training;

/// <summary>GFLOP/s of one product, here and in OpenBLAS.</summary>
internal sealed record ProductResult(ProductShape Shape, int Threads, double Ours, double Theirs)
{
    public double Ratio => Ours / Theirs;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("form", Shape.Form.ToString());
        json.WriteString("layer", Shape.Layer);
        json.WriteNumber("tokens", Shape.Tokens);
        json.WriteNumber("outputs", Shape.Outputs);
        json.WriteNumber("inputs", Shape.Inputs);
        json.WriteNumber("threads", Threads);
        json.WriteNumber("signalbox_gflops", Math.Round(Ours, 1));
        json.WriteNumber("openblas_gflops", Math.Round(Theirs, 1));
        json.WriteNumber("ratio", Math.Round(Ratio, 3));
        json.WriteEndObject();
    }
}
