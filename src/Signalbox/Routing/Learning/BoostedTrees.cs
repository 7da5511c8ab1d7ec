namespace Signalbox.Routing.Learning;

/// <summary>A sum of small regression trees over the measures of a prompt: what linear scores cannot say, such as "long, and no options".</summary>
internal sealed class BoostedTrees(int[] roots, BoostedTrees.Node[] nodes)
{
    private const int MaxNodes = 1 << 18;

    /// <summary>A leaf has a value and no measure. The left branch is the next node.</summary>
    internal readonly record struct Node(short Measure, float Cut, int Right, float Value)
    {
        public const short Leaf = -1;
    }

    public float Score(ReadOnlySpan<float> measures)
    {
        var sum = 0f;
        foreach (var root in roots)
        {
            var at = root;
            while (nodes[at].Measure != Node.Leaf)
            {
                ref readonly var node = ref nodes[at];
                at = measures[node.Measure] > node.Cut ? node.Right : at + 1;
            }

            sum += nodes[at].Value;
        }

        return sum;
    }

    /// <summary>The same trees, their values times a factor.</summary>
    public BoostedTrees Scaled(float factor) => new(roots, [.. nodes.Select(node => node with { Value = node.Value * factor })]);

    public void Write(WeightsWriter output)
    {
        output.Write(nodes.Length);
        foreach (var node in nodes)
        {
            output.Write((int)node.Measure);
            output.Write(node.Measure == Node.Leaf ? node.Value : node.Cut);
        }

        foreach (var node in nodes)
        {
            output.Write(node.Right);
        }

        output.Write(roots.Length);
        foreach (var root in roots)
        {
            output.Write(root);
        }
    }

    public static BoostedTrees Read(WeightsReader input)
    {
        var nodes = new Node[input.ReadInt(0, MaxNodes, "the number of nodes")];
        for (var i = 0; i < nodes.Length; i++)
        {
            var measure = (short)input.ReadInt(Node.Leaf, PromptMeasures.Count - 1, "a measure");
            var number = input.ReadFloat();
            nodes[i] = measure == Node.Leaf ? new Node(measure, 0, 0, number) : new Node(measure, number, 0, 0);
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            // Branches lead forward only, so that no file can make a tree without an end.
            var isLeaf = nodes[i].Measure == Node.Leaf;
            nodes[i] = nodes[i] with { Right = input.ReadInt(isLeaf ? 0 : i + 1, nodes.Length - 1, "a branch") };
        }

        input.Require(nodes.Length == 0 || nodes[^1].Measure == Node.Leaf, "the last node");
        var roots = new int[input.ReadInt(0, nodes.Length, "the number of trees")];
        for (var i = 0; i < roots.Length; i++)
        {
            roots[i] = input.ReadInt(0, nodes.Length - 1, "a root");
        }

        return new BoostedTrees(roots, nodes);
    }
}
