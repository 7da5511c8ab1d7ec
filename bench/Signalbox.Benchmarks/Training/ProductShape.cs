namespace Signalbox.Benchmarks.Training;

/// <summary>What a layer of weights [outputs, inputs] asks of the products.</summary>
internal enum ProductForm
{
    /// <summary>x W^T.</summary>
    Forward,

    /// <summary>dy W.</summary>
    InputGradient,

    /// <summary>dy^T x, added to what there is.</summary>
    WeightGradient,
}

/// <summary>One product of a training step.</summary>
/// <param name="Layer">Of the model that is trained.</param>
/// <param name="Form">What of the layer is computed.</param>
/// <param name="Tokens">Rows of x and of dy.</param>
/// <param name="Outputs">Rows of the weights.</param>
/// <param name="Inputs">Columns of the weights.</param>
internal sealed record ProductShape(string Layer, ProductForm Form, int Tokens, int Outputs, int Inputs)
{
    public const int UsualTokens = 1024;

    public double Operations => 2.0 * Tokens * Outputs * Inputs;

    /// <summary>As it stands in a line: rows x columns of the result, and what is summed over.</summary>
    public string Name => Form switch
    {
        ProductForm.Forward => $"forward          {Layer,-8} {Tokens,4} x {Outputs,4} over {Inputs,4}",
        ProductForm.InputGradient => $"input gradient   {Layer,-8} {Tokens,4} x {Inputs,4} over {Outputs,4}",
        _ => $"weight gradient  {Layer,-8} {Outputs,4} x {Inputs,4} over {Tokens,4}",
    };

    /// <summary>Every layer of a model of 320 values a token at a usual batch, and one of them at a small and a large one.</summary>
    public static IEnumerable<ProductShape> All()
    {
        (string Layer, int Tokens, int Outputs, int Inputs)[] layers =
        [
            ("qkv", UsualTokens, 960, 320), ("output", UsualTokens, 320, 320), ("gate, up", UsualTokens, 1728, 320), ("down", UsualTokens, 320, 864),
            ("tokens", UsualTokens, 4400, 320), ("qkv", 256, 960, 320), ("qkv", 4096, 960, 320), ("odd", 1001, 333, 77),
        ];
        return from layer in layers
               from form in Enum.GetValues<ProductForm>()
               select new ProductShape(layer.Layer, form, layer.Tokens, layer.Outputs, layer.Inputs);
    }
}
